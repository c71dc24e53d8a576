# The one image of the manager and of the agents: /manager and /agent.
# Without a shell's worth of more: no pip, no git, no ssh client (git and ssh are pygit2's), and not the extra
# `kubeconfig`, which only people out of a cluster need and which would be half of the image.
ARG BASE=debian:trixie-slim

FROM ${BASE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3-pip python3-setuptools \
    && python3 -m venv --without-pip /opt/stoker
WORKDIR /src
# The dependencies first: they change seldom, and this layer is then kept.
COPY requirements.lock ./
# Byte code that is never compared with its source: on a read-only root file system it could not be written anew, and
# without it every start would compile for seconds.
# Left out are the packages' own tests, and pygments, which is there for rich to colour source code and we print none.
ARG COMPILE="python3 -m compileall -q --invalidation-mode unchecked-hash"
RUN pip --python /opt/stoker/bin/python install --no-cache-dir --no-compile --only-binary :all: --require-hashes -r requirements.lock \
    && cd /opt/stoker/lib/python3.*/site-packages \
    && rm -rf pygments pygments-*.dist-info */tests */_tests \
    && $COMPILE /opt/stoker/lib
COPY pyproject.toml README.md LICENSE ./
COPY stoker stoker
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --no-index --wheel-dir /wheels . \
    && pip --python /opt/stoker/bin/python install --no-cache-dir --no-compile --no-deps --no-index /wheels/*.whl \
    && for process in manager agent; do \
         printf '#!/bin/sh\nexec /opt/stoker/bin/stoker %s "$@"\n' "$process" >"/opt/stoker/$process"; \
       done \
    && chmod 755 /opt/stoker/manager /opt/stoker/agent \
    && $COMPILE /opt/stoker/lib/python3.*/site-packages/stoker

FROM ${BASE} AS system
# What installs packages, adds users and mounts is done with its work; the list of packages stays, for those who scan images.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpython3-stdlib python3-minimal \
    && rm -rf /usr/lib/python3*/pydoc_data /usr/lib/python3*/test /usr/lib/python3*/turtle* \
    && dpkg --purge --force-depends --force-remove-essential --force-remove-protected \
       apt libapt-pkg7.0 sqv debian-archive-keyring passwd mount util-linux openssl-provider-legacy perl-base \
    && rm -rf /var/lib/apt /var/cache/apt /var/cache/debconf/* /var/log/* /root/.cache

# In one piece: what was removed above would else still be in the base's layer.
FROM scratch
COPY --from=system / /
# The authorities alone: the package would bring the openssl command along.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /opt/stoker /opt/stoker
RUN ln -s /opt/stoker/manager /manager && ln -s /opt/stoker/agent /agent
ARG VERSION=1.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="stoker" \
      org.opencontainers.image.description="GitOps for Ignition: manager and agent" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/opt/stoker/bin:/usr/bin:/bin \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
# Any other does as well: an agent runs as its gateway's user, who has no entry in passwd.
USER 65532:65532
CMD ["/manager"]
