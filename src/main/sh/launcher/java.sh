# ---- the JVM ------------------------------------------------------------------------------------

# Sets version, major and machine of java $1, from the release file of its home when there is one.
java_version() {
    jdk=$(readlink -f -- "$1")
    version='' machine=''
    while IFS='="' read -r name _ value _; do
        case $name in JAVA_VERSION) version=$value ;; OS_ARCH) machine=$value ;; esac
    done 2>/dev/null <"${jdk%/bin/*}/release"
    [ -n "$version" ] || version=$("$1" -version 2>&1 | sed -n 's/^[a-z]* version "\([^"]*\)".*/\1/p')
    major=${version#1.} # 1.8 is 8
    major=${major%%[!0-9]*}
    major=${major:-0}
}

# True when $1 is a java of 17 or newer; else remembers what was wrong with it.
usable_java() {
    major=0
    if [ ! -x "$1" ] || [ -d "$1" ]; then
        looked="$looked, $1 is not an executable"
        return 1
    fi
    java_version "$1"
    [ "$major" -ge 17 ] || { looked="$looked, $1 is Java ${version:-of an unknown version}"; return 1; }
}

# Exports the variable $1 as /etc/default/workerd sets it for this machine, unless it is set already.
machine_default() {
    eval "value=\${$1:-}"
    [ -z "$value" ] && [ -r /etc/default/workerd ] || return 0
    # shellcheck source=/dev/null
    value=$(. /etc/default/workerd >/dev/null 2>&1; eval "printf %s \"\${$1:-}\"")
    [ -z "$value" ] || export "$1=$value"
}

# Sets java and major, starting a JVM only where no release file tells the version.
find_java() {
    looked='' newest=0
    machine_default WORKERD_JAVA
    if [ -n "${WORKERD_JAVA:-}" ]; then
        java=$WORKERD_JAVA # said on purpose: no other will do
        usable_java "$java" && return
    else
        java=${JAVA_HOME:-}/bin/java
        [ -n "${JAVA_HOME:-}" ] && usable_java "$java" && return
        java=$(command -v java) && usable_java "$java" && return
        for candidate in /usr/lib/jvm/*/bin/java; do
            if usable_java "$candidate" && [ "$major" -gt "$newest" ]; then newest=$major java=$candidate; fi
        done
        major=$newest
        [ "$major" -eq 0 ] || return 0
    fi
    say "no Java 17 or newer found: ${looked#, }"
    hint 'Try: apt install default-jre-headless, or set WORKERD_JAVA to the path of a java'
    exit 1
}

# Sets home to the tree that this script stands in, classes to its class path, and archive to the name
# of what this Java starts from faster: its classes as they are once they are loaded.
find_tree() {
    # A program of its own to ask takes longer than the shell.
    if [ -L "$0" ] || [ "${0%/*}" = "$0" ]; then
        home=$(readlink -f -- "$0")
        home=${home%/bin/*}
    else
        home=$(CDPATH='' cd -P -- "${0%/*}/.." && pwd -P)
    fi
    classes="$home/lib/*"
    # The driver's first: it searches the whole class path for a file of its own, at every start.
    for jar in "$home"/lib/sqlite-jdbc-*.jar; do [ ! -e "$jar" ] || classes=$jar:$classes; done
    if [ "$major" -ge 25 ]; then archive=java$major.aot; else archive=java$major.jsa; fi
}

# Becomes Java, with the arguments given.
run_java() {
    trap - PIPE
    machine_default WORKERD_HEAP
    find_java
    find_tree
    # Behind the others, so that the archive fits.
    case $command in bench) classes="$classes:$home/lib/bench/*" ;; run) classes="$classes:$home/lib/http/*" ;; esac
    set -- -cp "$classes" org.workerd.cli.Main "$@"
    # Java leaves one aside that is of another build of it, or of other jars; neither is worth a word.
    [ "$home" = /usr/share/workerd ] || cache=$home/cache
    if [ -f "$cache/$archive" ] && [ -r "$cache/$archive" ]; then
        if [ "$major" -lt 25 ]; then set -- "-XX:SharedArchiveFile=$cache/$archive" '-Xlog:cds*=off:stderr' "$@"
        else set -- "-XX:AOTCache=$cache/$archive" '-Xlog:aot*=off:stderr' "$@"; fi
    fi
    if [ "$command" = run ]; then
        # Else the JVM takes USR2 for itself, until the daemon has its own use for it.
        export _JAVA_SR_SIGNUM=16
        # Lives long: compile well, for handlers in Java too; stay small, and leave the jobs their limits.
        # Few methods are hot here: what the second compiler pulls into one another costs it more than it brings.
        set -- -XX:InlineSmallCode=1000 -XX:FreqInlineSize=150 "$@"
        # Small while it is idle; what is thrown away after each job gets room as soon as many jobs come.
        # Some megabytes of payloads wait for their slot: they shall not grow old for that.
        set -- -XX:MinHeapFreeRatio=80 -XX:MaxHeapFreeRatio=90 -XX:SurvivorRatio=3 "$@"
        # What the compilers threw away goes back to the system: of 134 MB after 6000 jobs over HTTP 26. Java before
        # 17.0.9 does not know it.
        set -- -XX:+IgnoreUnrecognizedVMOptions -XX:TrimNativeHeapInterval=10000 "$@"
        set -- -Xms8m -XX:NewRatio=1 "-Xmx${WORKERD_HEAP:-128m}" -Xss256k -XX:-MaxFDLimit -XX:+ExitOnOutOfMemoryError -Xlog:all=warning:stderr "$@"
    else
        # Most end before a compiler pays: it is to wait longer. And an archive that is mapped where it was
        # made need not be relocated, page by page; who is gone in 0.1 s has no use for random addresses.
        [ "$major" -ge 25 ] || set -- -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 "$@"
        # But a batch may be long, and the bare loops of a bench shall be as fast as they can.
        case "$command $*" in
            bench* | enqueue*\ --batch[\ =]*) ;;
            *) set -- -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=10 "$@" ;;
        esac
        set -- -Xmx512m -Xlog:all=error:stderr "$@"
        # What these start shall have the limits that we were given; a JVM raises its own.
        case $command in try | start | restart) set -- -XX:-MaxFDLimit "$@" ;; esac
        # It tells whether there is one that is of use, and which would be.
        [ "$command" != doctor ] || set -- "-Dworkerd.archive=$cache/$archive" "$@"
    fi
    exec_java "$@"
}

# With what holds for all that is done here, and for the archive too: it fits the same flags only.
exec_java() {
    native=$home/native/${machine:-$(uname -m)}
    [ -d "$native" ] || native=/usr/lib/workerd/${native##*/} # the Debian package's
    unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH
    # Java reads arguments and file names as the locale says, and loses what is not ASCII where cron
    # sets none or where the one that is set was never installed.
    export LC_ALL=C.UTF-8
    [ ! -d "$native" ] || set -- "-Dorg.sqlite.lib.path=$native" -Dorg.sqlite.lib.name=libsqlitejdbc.so \
        "-Djffi.boot.library.path=$native" "$@"
    # The driver makes a date format that nobody uses: its locale takes longer from where Java looks first.
    [ "$major" -gt 20 ] || set -- -Djava.locale.providers=COMPAT "$@"
    # Else Java 24 and newer warn on stderr at the first native call.
    [ "$major" -lt 24 ] || set -- --enable-native-access=ALL-UNNAMED "$@"
    # Warnings of the JVM would land on stdout, which is for data. No /tmp/hsperfdata.
    exec "$java" -XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable "-Dworkerd.home=$home" "$@"
}

# workerd archive [DIR]: makes the archive anew, where it is looked for, or in that directory (at package and at
# install time). Java 17 puts no class of a tree into it whose path has a space.
make_archive() {
    if [ $# -gt 2 ] || [ "$1" != archive ]; then
        say 'archive takes at most one argument, a directory'
        hint 'Try: workerd archive'
        exit 2
    fi
    shift
    find_java
    find_tree
    if [ $# -eq 0 ]; then
        [ "$home" = /usr/share/workerd ] || cache=$home/cache
        set -- "$cache"
        told=1
    fi
    rm -f -- "$1/$archive" # of older jars, it may look right
    scratch=$(mktemp -d) || exit 74
    trap 'rm -rf -- "$scratch"' EXIT
    option=ArchiveClassesAtExit
    [ "$major" -lt 25 ] || option=AOTCacheOutput
    ( exec_java "-XX:$option=$scratch/archive" -Xmx512m -Xlog:all=error:stderr -cp "$classes" \
        org.workerd.cli.ClassArchiveTraining "$scratch/demo" ) >"$scratch/said" 2>&1
    if [ ! -s "$scratch/archive" ]; then
        say "cannot create the class data archive: Java wrote none. Commands work without it, but start more slowly"
        cat -- "$scratch/said" >&2
        exit 1
    fi
    # Whole or not at all, whatever happens meanwhile: Java 17 crashes on one that was cut short.
    if ! { mkdir -p -- "$1" && cp -- "$scratch/archive" "$1/$archive.$$" && chmod 644 -- "$1/$archive.$$" \
        && sync -- "$1/$archive.$$" && mv -f -- "$1/$archive.$$" "$1/$archive"; } 2>"$scratch/said"; then
        say "cannot write to $1: $(cat -- "$scratch/said")"
        rm -f -- "$1/$archive.$$"
        exit 74
    fi
    [ -z "${told:-}" ] || hint "Commands start faster now, from the class data archive $1/$archive"
}
