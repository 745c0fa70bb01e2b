#!/usr/bin/env bash
# Reader page against the floor, and audited durable writes against durable inserts, in one run on this machine.
#   benches/http.sh            needs wrk and curl; about two minutes after the build
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked
FLOOR=$(cargo bench --bench floor --no-run --message-format=json 2>/dev/null | sed -n 's/.*"executable":"\([^"]*floor-[^"]*\)".*/\1/p' | tail -1)
BIN=${CARGO_TARGET_DIR:-target}/release/cairn
W=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$W"' EXIT
DUR=${DUR:-5} REPS=${REPS:-3}
"$FLOOR" 18081 2 "$W/read.sqlite" NORMAL & "$FLOOR" 18082 2 "$W/write.sqlite" FULL 1 &
"$BIN" demo --data "$W/demo" --listen 127.0.0.1:18083 >"$W/demo.log" &
for _ in $(seq 300); do curl -sf http://127.0.0.1:18083/healthz >/dev/null && break; sleep 0.1; done
curl -s -c "$W/cookies" -o /dev/null -X POST -d login=wangfang http://127.0.0.1:18083/sign-in/demo
COOKIE=$(awk '/\tcairn\t/{print "cairn=" $7}' "$W/cookies")
[ -n "$COOKIE" ] || { echo "no session"; exit 1; }
rps() { wrk -t1 -c"$1" -d"${DUR}s" --latency "${@:2}" | awk '/Requests\/sec/{r=$2} /99%/{p=$2} /Non-2xx/{b=$0} END{print r, p, b}'; }
for i in $(seq "$REPS"); do
  a=$(rps 8 http://127.0.0.1:18081/row/7); b=$(rps 8 -H "Cookie: $COOKIE" http://127.0.0.1:18083/d/QP-02)
  echo "reader run $i: floor $a | cairn $b | ratio $(echo "$a $b" | awk '{printf "%.2f", $3/$1}')"
done
# A token for records, made through the account page as a person would.
CSRF=$(curl -s -b "$W/cookies" http://127.0.0.1:18083/account | grep -o 'name="_csrf" value="[0-9a-f]*"' | head -1 | grep -o '[0-9a-f]\{64\}')
DAY=$(date -u -d '+30 days' +%F)
curl -s -b "$W/cookies" -H 'Origin: http://127.0.0.1:18083' --data-urlencode "_csrf=$CSRF" -d name=bench -d 'scopes[]=fill-records' -d "expires_on=$DAY" http://127.0.0.1:18083/account/tokens >"$W/token.html"
TOKEN=$(grep -o 'cairn_[0-9a-f_-]*' "$W/token.html" | head -1)
[ -n "$TOKEN" ] || { echo "no token"; exit 1; }
cat >"$W/record.lua" <<LUA
wrk.method = "POST"
wrk.body = '{"form":"FR-08","centre":"HD","values":{"content":"bench"},"submit":false}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer $TOKEN"
LUA
printf 'wrk.method = "POST"\nwrk.body = "%s"\n' "$(head -c 300 /dev/zero | tr '\0' x)" >"$W/floor.lua"
for i in $(seq "$REPS"); do
  a=$(rps 64 -s "$W/floor.lua" http://127.0.0.1:18082/write); b=$(rps 64 -s "$W/record.lua" http://127.0.0.1:18083/api/v1/records)
  echo "writes run $i: floor $a | cairn $b | ratio $(echo "$a $b" | awk '{printf "%.2f", $3/$1}')"
done
PID=$(pgrep -f "demo --data $W/demo" | head -1); echo "memory of the server: $(awk '/VmHWM/{print $2/1024 " MB at most"} /VmRSS/{print $2/1024 " MB now"}' "/proc/$PID/status" | tr '\n' ' ')"
"$BIN" verify --data "$W/demo" || [ $? -eq 3 ]
