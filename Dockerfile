# One image: the bot with its locked dependencies, models and fonts; no compiler, no root.
# It holds x264 (GPL) inside PyAV's wheel: passed on as a whole, the image is under the GPL; see README.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PAWLOGUE_CACHE=/app/cache DATA_DIR=/app/data
WORKDIR /app

# What changes seldom comes first. A proxy or a mirror is given as build arguments the clients know by themselves.
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements.lock

COPY packaged.toml requirements-node.lock ./
COPY pipeline/__init__.py pipeline/
COPY pipeline/packaged pipeline/packaged/
RUN python -m pipeline.packaged fetch

COPY LICENSE README.md ./
COPY storage storage/
COPY pipeline pipeline/
COPY bot bot/

RUN useradd --uid 10001 --no-create-home pawlogue && mkdir data && chown pawlogue data
USER pawlogue
VOLUME /app/data
EXPOSE 8000
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
