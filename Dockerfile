# One image for api, worker and migration; another with the sandbox. Nothing runs as root.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.base.json nest-cli.json .rolldown.config.mjs ./
COPY apps apps
COPY libs libs
RUN npm run build

FROM build AS pruned
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /app
RUN install -d -o node -g node -m 0700 /var/lib/registrar /var/lib/sandbox
COPY package.json ./
COPY --from=build /app/dist dist
VOLUME /var/lib/registrar

FROM base AS sandbox
COPY --from=build /app/node_modules node_modules
USER node
CMD ["node", "--enable-source-maps", "dist/programs/sandbox.js"]

FROM base AS registrar
COPY --from=pruned /app/node_modules node_modules
USER node
EXPOSE 3000
CMD ["node", "--enable-source-maps", "dist/programs/api.js"]
