#!/usr/bin/env bash
# A large call log through the import wizard: sent, mapped, previewed, imported; with times and the most memory that the server had.
#   benches/upload.sh [MIB]     2048 unless told; needs curl and four times the room in TMPDIR; some minutes after the build
set -euo pipefail
cd "$(dirname "$0")/.."
MIB=${1:-2048}
cargo build --release --locked
BIN=${CARGO_TARGET_DIR:-target}/release/cairn
W=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$W"' EXIT
URL=http://127.0.0.1:18085
# Rows of a month in the order of the day, again and again until the file is large enough.
awk 'BEGIN { for (n = 0; n < 1000000; n++) printf "C%07d,2025-03-%02d %02d:%02d:%02d,%s,%d,%d\n", n, n % 28 + 1, n % 14 + 8, n % 60, n * 7 % 60,
  n % 9 ? "answered" : "abandoned", n % 40, 120 + n % 300 }' >"$W/rows"
echo id,at,outcome,wait,talk >"$W/calls.csv"
for _ in $(seq $((MIB * 1048576 / $(stat -c %s "$W/rows") + 1))); do cat "$W/rows"; done >>"$W/calls.csv"
rm "$W/rows"
CAIRN_UPLOAD_LIMIT_MIB=$((MIB + 128)) "$BIN" demo --data "$W/demo" --listen 127.0.0.1:18085 >"$W/demo.log" & P=$!
for _ in $(seq 300); do curl -sf $URL/healthz >/dev/null && break; sleep 0.1; done
page() { curl -s -b "$W/cookies" -H "Origin: $URL" "$@"; }
field() { grep -o "name=\"$1\" value=\"[^\"]*\"" | head -1 | cut -d'"' -f4; }
memory() { awk '/VmHWM/{printf "%.0f MB at most", $2/1024} /VmRSS/{printf ", %.0f MB now\n", $2/1024}' "/proc/$P/status"; }
step() { printf '%-8s %4d s, %s\n' "$1" $((SECONDS - T)) "$(memory)"; T=$SECONDS; }
curl -s -c "$W/cookies" -o /dev/null -X POST -d login=wangfang $URL/sign-in/demo
CSRF=$(page $URL/kpis/import | field _csrf)
echo "file: $(($(stat -c %s "$W/calls.csv") / 1048576)) MiB; before: $(memory)"; T=$SECONDS
AT=$(page -o /dev/null -w '%{redirect_url}' -F "_csrf=$CSRF" -F kind=interactions -F centre=HD -F "file=@$W/calls.csv" $URL/kpis/import)
AT=${AT%/header}; [ -n "$AT" ] || { echo "the file was not taken"; exit 1; }
step sent
cat >"$W/mapping.toml" <<'TOML'
source = "bench"
[id]
column = "id"
[channel]
value = "voice"
[stamp]
column = "at"
[outcome]
column = "outcome"
values = { answered = "answered", abandoned = "abandoned" }
[wait]
column = "wait"
[talk]
column = "talk"
TOML
page -o /dev/null --data-urlencode "_csrf=$CSRF" --data-urlencode "mapping@$W/mapping.toml" -d default_centre=HD -d act=next "$AT/mapping"
until page "$AT/preview" >"$W/preview.html"; ! grep -q data-refresh "$W/preview.html"; do sleep 1; done
step preview
SEEN=$(field seen <"$W/preview.html"); [ -n "$SEEN" ] || { grep -A5 'role="alert"' "$W/preview.html"; exit 1; }
TO=$(page -o /dev/null -w '%{redirect_url}' --data-urlencode "_csrf=$CSRF" -d rows=all --data-urlencode "seen=$SEEN" "$AT/commit")
until [[ $TO == */kpis/batches/* ]]; do sleep 1; TO=$(page -o /dev/null -w '%{redirect_url}' "$AT/commit"); done
step imported
echo "$TO: $(page "$TO" | grep -o 'calls.csv' | head -1)"
