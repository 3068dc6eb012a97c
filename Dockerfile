# Quorumscope beside a validator: the `exporter` profile, on the current LTS of Node.
#
#   build        everything, to compile
#   production   what runs, and nothing else: no compiler ran for it, no script of a package
#   (last)       Debian, the node binary, those two results; no npm, no shell script of ours
#
# /metrics, /livez and /readyz are served on 0.0.0.0:10921: whoever reaches the container's network may read
# them. The page and the API stay on the container's loopback (deploy/image/quorumscope.yaml says both).
ARG NODE_VERSION=26
ARG DEBIAN=bookworm

FROM node:${NODE_VERSION}-${DEBIAN}-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:${NODE_VERSION}-${DEBIAN}-slim AS production
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM debian:${DEBIAN}-slim
LABEL org.opencontainers.image.title="quorumscope" \
      org.opencontainers.image.description="Observability sidecar for HotStuff-2 validators" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
 && apt-get install -y --no-install-recommends libatomic1=* libstdc++6=* ca-certificates=* \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 quorumscope \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin quorumscope \
 && install -d -o 10001 -g 10001 /var/lib/quorumscope /run/quorumscope
COPY --from=build /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE README.md ./
COPY alerts ./alerts
COPY dashboards ./dashboards
COPY deploy/image/quorumscope.yaml /etc/quorumscope/quorumscope.yaml
# Beside a validator memory is missed more than a little processor: young garbage in 4 MiB, two arenas for all threads, and
# what is freed goes back at once instead of waiting for its like.
ENV NODE_ENV=production NODE_OPTIONS="--max-semi-space-size=4 --v8-pool-size=1" \
    MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
USER 10001:10001
VOLUME ["/var/lib/quorumscope"]
EXPOSE 10921
HEALTHCHECK --interval=15s --timeout=3s --retries=4 CMD node -e "fetch('http://127.0.0.1:10921/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"
ENTRYPOINT ["node", "/app/dist/src/cli/main.js"]
CMD ["run"]
