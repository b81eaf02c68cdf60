# SPDX-License-Identifier: Apache-2.0
# Buildah, Podman and Docker as deploy/images/build uses them; `engine` says which. Sourced.

# find_engine: the name of the first engine that works here.
find_engine() {
  local name
  for name in buildah podman docker; do
    if command -v "$name" > /dev/null && "$name" info > /dev/null 2>&1; then
      echo "$name"
      return
    fi
  done
  return 1
}

# image_exists NAME
image_exists() {
  case $engine in
    buildah) buildah inspect --type image "$1" ;;
    *) "$engine" image inspect "$1" ;;
  esac > /dev/null 2>&1
}

# build_image OPTION... CONTEXT: every time in the image is SOURCE_DATE_EPOCH, if that is set.
build_image() {
  local epoch=${SOURCE_DATE_EPOCH:-} options=()
  # BuildKit finds Dockerfile.dockerignore itself
  [ "${*: -1}" != . ] || options=(--ignorefile "$images/Dockerfile.dockerignore")
  case $engine in
    buildah)
      # chroot: what is built is this project, and a build may itself run in a container
      buildah build --isolation "${BUILDAH_ISOLATION:-chroot}" --layers \
        ${epoch:+--timestamp "$epoch"} "${options[@]}" "$@" 2>&1 ;;
    podman) podman build --layers ${epoch:+--timestamp "$epoch"} "${options[@]}" "$@" 2>&1 ;;
    docker) docker buildx build --output "type=docker${epoch:+,rewrite-timestamp=true}" "$@" 2>&1 ;;
    *) echo "there is no engine '$engine': buildah, podman, docker" >&2 && return 2 ;;
  esac
}

# save_image NAME FILE: as a docker-archive.
save_image() {
  case $engine in
    buildah) buildah push -q "$1" "docker-archive:$2:$1" ;;
    podman) podman save -q --format docker-archive -o "$2" "$1" ;;
    docker) docker save -o "$2" "$1" ;;
  esac
}

# layers_of ARCHIVE: the names of the layers in the archive, the lowest first.
layers_of() {
  tar -xOf "$1" manifest.json | sed -nE 's/.*"Layers":\[([^]]*)\].*/\1/p' | tr -d '" ' | tr ',' '\n'
  echo
}

# read_in_image ARCHIVE PATH: prints a file of the image.
read_in_image() {
  local layer
  for layer in $(layers_of "$1"); do
    if tar -xOf "$1" "$layer" | tar -tf - | grep -xF "$2" > /dev/null; then
      tar -xOf "$1" "$layer" | tar -xOf - "$2"
    fi
  done
}

# describe NAME ARCHIVE: the size of each layer as a registry keeps it, and the digest of its tar.
describe() {
  local layer size total=0
  for layer in $(layers_of "$2"); do
    size=$(tar -xOf "$2" "$layer" | gzip -9n | wc -c)
    total=$((total + size))
    printf '  %9d bytes compressed, sha256:%s\n' "$size" \
      "$(tar -xOf "$2" "$layer" | sha256sum | cut -d' ' -f1)"
  done
  printf '%s: %d.%02d MB compressed\n' "$1" $((total / 1000000)) $((total % 1000000 / 10000))
}
