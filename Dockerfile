# syntax=docker/dockerfile:1

# Any recent Node with npm will do here: the one that runs the program comes with "npm ci", as the package "node".
FROM node:24-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev && rm -rf dashboard/client node_modules/.cache node_modules/node/node_modules

FROM debian:trixie-slim
# Node is linked with it.
RUN apt-get update \
  && apt-get install -y --no-install-recommends libatomic1 \
  && rm -rf /var/lib/apt/lists/* \
  # Group 1000 is that of the InfluxDB image, which reads its first password and token from /secrets and writes its
  # backups beside ours, each in a folder that the other cannot read.
  && install -d -o 10001 -g 10001 -m 0700 /data \
  && install -d -o 10001 -g 1000 -m 0770 /backups \
  && install -d -o 10001 -g 1000 -m 0750 /secrets
WORKDIR /app
# Owned by root: the program cannot change itself. test/deploy/image.test.ts runs exactly these files.
COPY --from=build /app/package.json /app/LICENSE /app/main.ts ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/app ./app
COPY --from=build /app/broker ./broker
COPY --from=build /app/contract ./contract
COPY --from=build /app/dashboard ./dashboard
COPY --from=build /app/deploy ./deploy
COPY --from=build /app/ingest ./ingest
COPY --from=build /app/simulators ./simulators
ENV PATH=/app/node_modules/.bin:$PATH \
  NODE_ENV=production \
  DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8080 1883 8883
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["node", "deploy/health.mjs"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "--heap-growing-percent=10", "app/launch.mjs"]
CMD ["start"]
