# shellcheck shell=bash
# What a tree of vipgate with a Java runtime of its own is made of, for the image and for packages. Expects `die`, and the
# variables `jar` and `jdk`.

readonly modules=java.base,java.logging,java.management,java.naming,java.xml,jdk.unsupported,jdk.management,jdk.httpserver,jdk.net
# Named by classes that vipgate never loads: SnakeYAML's mapping to beans, Micrometer's metrics of databases, and Netty's
# flight recorder events, which Netty leaves alone when the module is not there.
readonly optional_modules=java.desktop,java.sql,jdk.jfr

# The name of Netty's library. Argument: the architecture, as the kernel or as Debian calls it; this machine's when it is missing.
native_library() {
  local of=${1:-}
  of=${of:-$(uname -m)}
  case $of in
    x86_64 | amd64) of=x86_64 ;;
    aarch64 | arm64) of=aarch_64 ;;
    *) die "Netty has no epoll library for $of" ;;
  esac
  echo "libnetty_transport_native_epoll_$of.so"
}

# A library update may begin to need another module, and the JVM would notice only when the class is first used.
# shellcheck disable=SC2154 # the caller sets jar and jdk
check_modules() {
  local needed module missing=''
  needed=$("$jdk/bin/jdeps" --multi-release base --ignore-missing-deps --print-module-deps "$jar")
  for module in ${needed//,/ }; do
    [[ ,$modules,$optional_modules, == *,"$module",* ]] || missing+=" $module"
  done
  [[ -z $missing ]] || die "the jar needs modules that the runtime has not:$missing"
}

# Not --strip-debug: it needs objcopy, and the JDK's native libraries come without debug information anyway.
# Arguments: where to; the modules of another machine's JDK, if it is for another one.
link_runtime() {
  "$jdk/bin/jlink" ${2:+--module-path "$2"} --add-modules "$modules" --compress zip-6 --strip-java-debug-attributes --no-header-files --no-man-pages \
    --output "$1"
}

# Netty would unpack its library to /tmp at start, which a read-only root with a noexec /tmp does not allow. It asks
# java.library.path first.
unpack_native_library() {
  local member unpacked
  member=META-INF/native/$(native_library "${2:-}")
  unpacked=$(mktemp -d)
  (cd "$unpacked" && "$jdk/bin/jar" --extract --file "$jar" "$member")
  install -D -m 0644 "$unpacked/$member" "$1/$(native_library "${2:-}")"
  rm -r "$unpacked"
}
