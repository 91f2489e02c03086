# smtpspec and every server that it can fetch, in one image:
#
#   docker build --tag smtpspec .
#   docker run --rm --volume "$PWD/reports:/reports" smtpspec verify --report-dir /reports
#   docker run --rm --privileged --volume "$PWD/reports:/reports" smtpspec verify --target postfix --report-dir /reports
#
# The reference needs no privilege. The fetched servers run in mount, pid and network namespaces of their own, which the
# container may make only when it is privileged.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-fund --no-audit
COPY . .
RUN npm pack --pack-destination /

FROM node:24-bookworm-slim
ENV XDG_CACHE_HOME=/var/cache \
    NO_COLOR=1
COPY --from=build /smtpspec-*.tgz /tmp/
RUN npm install --global --no-fund --no-audit /tmp/smtpspec-*.tgz \
    && rm -rf /tmp/smtpspec-*.tgz /root/.npm
# What the servers are made of comes from Debian's packages, at the versions that Debian has on the day of the build.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates util-linux iproute2 swaks netcat-openbsd \
    && smtpspec targets install all \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /reports
ENTRYPOINT ["smtpspec"]
CMD ["verify", "--report-dir", "/reports"]
