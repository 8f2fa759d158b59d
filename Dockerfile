# s3ft in a container. For a CPU, or with --build-arg TORCH=cu126 (or another of PyTorch's indices)
# for a GPU:
#
#   docker build -t s3ft .
#   docker run --rm -v "$PWD:/work" s3ft run lab-math
#   docker build -t s3ft:cuda --build-arg TORCH=cu126 .
#   docker run --rm --gpus all -v "$PWD:/work" -v ~/.cache/huggingface:/hub s3ft:cuda run recipe.yaml
FROM python:3.12-slim

ARG TORCH=cpu

COPY constraints.txt pyproject.toml README.md LICENSE CHANGELOG.md /src/
COPY src /src/src

# torch from the index that has it for this machine, all else as it is tested.
RUN pip install --no-cache-dir --constraint /src/constraints.txt torch \
      --index-url "https://download.pytorch.org/whl/${TORCH}" \
 && pip install --no-cache-dir --constraint /src/constraints.txt "/src[train,eval,qlora]" \
 && pip install --no-cache-dir --no-deps --constraint /src/constraints.txt llama-index-core

ENV HF_HOME=/hub
WORKDIR /work
ENTRYPOINT ["s3ft"]
CMD ["--help"]
