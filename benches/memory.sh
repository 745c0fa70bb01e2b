#!/usr/bin/env bash
# Memory of a server with 1,000 documents of about 12 KB, after every one of them has been read and searched for.
#   benches/memory.sh [DOCUMENTS]     needs curl; about half a minute after the build
set -euo pipefail
cd "$(dirname "$0")/.."
COUNT=${1:-1000}
cargo build --release --locked
BIN=${CARGO_TARGET_DIR:-target}/release/cairn
W=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$W"' EXIT
"$BIN" demo --data "$W/demo" --listen 127.0.0.1:18084 >"$W/demo.log" & P=$!
wait_for() { for _ in $(seq 300); do curl -sf http://127.0.0.1:18084/healthz >/dev/null && return; sleep 0.1; done; exit 1; }
wait_for; kill $P; wait $P || true
mkdir "$W/documents"
BODY=$(sed '1,/^---$/d' docs-templates/system/QP-02.md)
for n in $(seq "$COUNT"); do
  printf -- '---\ncode: WI-%04d\ntitle: 作业指导书 %d\ntier: 3\nversion: A/0\nlanguage: zh\n---\n%s\n' $((n + 1000)) "$n" "$BODY" >"$W/documents/WI-$((n + 1000)).md"
done
"$BIN" documents import "$W/documents" --as effective --data "$W/demo" >/dev/null
"$BIN" demo --data "$W/demo" --listen 127.0.0.1:18084 >"$W/demo.log" & P=$!
wait_for
curl -s -c "$W/cookies" -o /dev/null -X POST -d login=wangfang http://127.0.0.1:18084/sign-in/demo
for n in $(seq "$COUNT"); do echo "url = http://127.0.0.1:18084/d/WI-$((n + 1000))"; done >"$W/urls"
curl -sf -b "$W/cookies" -K "$W/urls" >"$W/pages"
for q in 投诉 升级 complaint QP-02; do curl -sf -G -b "$W/cookies" --data-urlencode "q=$q" http://127.0.0.1:18084/search -o /dev/null; done
echo "pages read: $(grep -c '</html>' "$W/pages"), $(stat -c %s "$W/pages") bytes"
awk '/VmHWM/{print "memory at most: " $2/1024 " MB"} /VmRSS/{print "memory now: " $2/1024 " MB"}' "/proc/$P/status"
