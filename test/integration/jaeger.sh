#!/usr/bin/env bash
# Traces in a real Jaeger, both ways. Builds a pinned release that still takes Thrift on ports of its own from its Go module, starts it on
# free ports, lets a sidecar at a simulated network of four send by OTLP, by Thrift over HTTP and by Thrift over UDP, and reads the traces
# back through Jaeger's query API. Not part of the gate: the first build takes minutes. Needs Go, Node and `npm run build`.
#
#   test/integration/jaeger.sh            JAEGER=/path/to/all-in-one skips the build
set -euo pipefail
cd "$(dirname "$0")/../.."

version=v1.62.0
cache="${XDG_CACHE_HOME:-$HOME/.cache}/quorumscope-jaeger-$version"
work="$(mktemp -d)"
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

jaeger="${JAEGER:-$cache/all-in-one}"
if [ ! -x "$jaeger" ]; then
  echo "== building Jaeger $version"
  mkdir -p "$cache"
  cat >"$cache/go.mod" <<MOD
module quorumscope/jaeger
go 1.23
require github.com/jaegertracing/jaeger $version
// As its own go.mod says, which counts only where it is the main module.
replace github.com/Shopify/sarama => github.com/Shopify/sarama v1.33.0
MOD
  (cd "$cache" && go build -mod=mod -o all-in-one github.com/jaegertracing/jaeger/cmd/all-in-one)
fi
"$jaeger" version | head -n 1

read -r query otlp collector agent compact admin grpc otlpgrpc sampling querygrpc < <(node -e '
  const { createServer } = require("node:net");
  const open = () => new Promise((resolve) => { const s = createServer().listen(0, "127.0.0.1", () => resolve(s)); });
  Promise.all(Array.from({ length: 10 }, open)).then((all) => {
    console.log(all.map((s) => s.address().port).join(" "));
    for (const s of all) s.close();
  });')

# The simulated chain has the same name every time, and so the same trace ids: each way gets a Jaeger of its own.
start_jaeger() {
  "$jaeger" --log-level=warn \
    --query.http-server.host-port=127.0.0.1:"$query" --query.grpc-server.host-port=127.0.0.1:"$querygrpc" \
    --collector.otlp.http.host-port=127.0.0.1:"$otlp" --collector.otlp.grpc.host-port=127.0.0.1:"$otlpgrpc" \
    --collector.http-server.host-port=127.0.0.1:"$collector" --collector.grpc-server.host-port=127.0.0.1:"$grpc" \
    --processor.jaeger-binary.server-host-port=127.0.0.1:"$agent" \
    --processor.jaeger-compact.server-host-port=127.0.0.1:"$compact" \
    --http-server.host-port=127.0.0.1:"$sampling" --admin.http.host-port=127.0.0.1:"$admin" \
    --memory.max-traces=10000 >"$work/jaeger.log" 2>&1 &
  jaeger_pid=$!
  pids+=("$jaeger_pid")
  for _ in $(seq 100); do curl -sf "http://127.0.0.1:$query/api/services" >/dev/null && break; sleep 0.1; done
}

for protocol in otlp jaeger_collector jaeger_agent; do
  echo "== $protocol"
  start_jaeger
  socket="$work/$protocol.sock"
  QUORUMSCOPE_SERVER_LISTEN=127.0.0.1:0 QUORUMSCOPE_ATTACH_SOCKET="unix://$socket" QUORUMSCOPE_TRACING_ENABLED=true \
    QUORUMSCOPE_TRACING_PROTOCOL="$protocol" QUORUMSCOPE_TRACING_SAMPLING=1 QUORUMSCOPE_TRACING_TRANSACTIONS=0.2 \
    QUORUMSCOPE_TRACING_SERVICE_NAME="demo-$protocol" \
    QUORUMSCOPE_TRACING_OTLP_URL="http://127.0.0.1:$otlp/v1/traces" \
    QUORUMSCOPE_TRACING_JAEGER_COLLECTOR="http://127.0.0.1:$collector/api/traces" \
    QUORUMSCOPE_TRACING_JAEGER_AGENT="127.0.0.1:$agent" \
    node dist/src/cli/main.js run >"$work/$protocol.log" 2>&1 &
  sidecar=$!
  pids+=("$sidecar")
  for _ in $(seq 100); do grep -q 'the sidecar is running' "$work/$protocol.log" && break; sleep 0.1; done
  node dist/src/cli/main.js simulate --validators 4 --speed realtime --duration 8s --delay 25ms --transactions 50 --crash v2@3s --heal v2@6s \
    --attach "unix://$socket" >/dev/null
  sleep 5
  kill -TERM "$sidecar"
  wait "$sidecar"
  node test/integration/check-jaeger.mjs "http://127.0.0.1:$query" "demo-$protocol"
  kill "$jaeger_pid"
  wait "$jaeger_pid" 2>/dev/null || true
done
echo "== all traces were read back"
