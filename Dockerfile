# sgaudit with a browser of its own, as an ordinary user, with the browser's sandbox on.
#
#   docker build --tag sgaudit .
#   docker run --rm --init --cap-drop=ALL --security-opt=no-new-privileges --security-opt seccomp=docker/seccomp.json \
#     --shm-size=1g --volume sgaudit-reports:/audits/reports sgaudit audit https://www.school.example
#
# docker/seccomp.json is Docker's own profile and four calls more, of which the browser makes its sandbox. Without it the
# browser does not start, and the audit says so and ends in 3: it never runs without its sandbox.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv
COPY . /src
RUN python3 -m venv /opt/sgaudit \
 && /opt/sgaudit/bin/python -m pip install --no-cache-dir --disable-pip-version-check /src

FROM ${BASE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      ca-certificates chromium fonts-dejavu-core fonts-liberation libatomic1 libnss3-tools python3 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/sgaudit /opt/sgaudit
RUN useradd --create-home --uid 10001 --shell /usr/sbin/nologin sgaudit \
 && install --directory --owner=sgaudit --group=sgaudit /audits /audits/reports
ENV PATH=/opt/sgaudit/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    SGAUDIT_BROWSER=/usr/bin/chromium
USER sgaudit
WORKDIR /audits
VOLUME /audits/reports
ENTRYPOINT ["sgaudit"]
CMD ["--help"]
