#!/bin/sh
# Installs workerd on a machine without dpkg, from the tree that contains this script, or uninstalls it.
#
#   sh deploy/install.sh [--prefix DIR] [--user NAME] [--init systemd|sysv|none]
#   sh deploy/install.sh --uninstall [--prefix DIR]
#
# Defaults: DIR is /usr/local, NAME is workerd, and the init system is the running one. With DESTDIR set, the script only
# puts files below that directory: it creates no user and starts nothing. Run it again to upgrade: running jobs get a
# minute to finish, then they are interrupted and put back. Your configuration is not changed.
set -eu
umask 022

prefix=/usr/local user=workerd init='' uninstall=''
root=${DESTDIR:-}
nl='
'
config=/etc/workerd state=/var/lib/workerd log=/var/log/workerd.log

say() { printf 'install.sh: %s\n' "$*" >&2; }
give_up() { code=$1; shift; say "$*"; exit "$code"; }

while [ $# -gt 0 ]; do
    case $1 in
        --uninstall) uninstall=1 ;;
        --prefix | --user | --init)
            [ -n "${2:-}" ] || give_up 2 "$1 needs a value"
            case $1 in --prefix) prefix=$2 ;; --user) user=$2 ;; --init) init=$2 ;; esac
            shift
            ;;
        -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit ;;
        *) give_up 2 "unknown argument: $1; try --help" ;;
    esac
    shift
done
case $prefix in /*) ;; *) give_up 2 "the prefix must be an absolute path, was $prefix" ;; esac
case $prefix$user in *[!A-Za-z0-9/._-]*) give_up 2 "only letters, digits and / . _ - may be in the prefix and the user" ;; esac
case $init in '' | systemd | sysv | none) ;; *) give_up 2 "the init system is systemd, sysv or none, was $init" ;; esac

tree=$(cd "$(dirname "$0")/.." && pwd)
home=$prefix/share/workerd
bin=$prefix/bin/workerd

[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || give_up 4 "only root may install; or set DESTDIR"
if [ -z "$root" ] && [ -e /var/lib/dpkg/info/workerd.list ]; then
    give_up 1 "workerd is installed as a Debian package; apt remove workerd first"
fi
if [ -z "$init" ]; then
    if [ -d /run/systemd/system ]; then init=systemd
    elif [ -d /etc/init.d ] && command -v start-stop-daemon >/dev/null; then init=sysv
    else init=none
    fi
fi

stop_daemon() {
    [ -z "$root" ] && [ -x "$bin" ] || return 0
    "$bin" stop --timeout 60s || "$bin" stop --now --timeout 30s
}

# ---- uninstall ----------------------------------------------------------------------------------

if [ -n "$uninstall" ]; then
    stop_daemon
    if [ -z "$root" ]; then
        if [ -d /run/systemd/system ]; then systemctl disable -q workerd.service 2>/dev/null || true; fi
        if command -v update-rc.d >/dev/null; then update-rc.d -f workerd remove >/dev/null 2>&1 || true; fi
    fi
    rm -rf "$root$home"
    rm -f "$root$bin" "$root/etc/systemd/system/workerd.service" "$root/etc/init.d/workerd" \
        "$root/etc/logrotate.d/workerd" "$root/etc/logrotate.d/workerd.new" \
        "$root$prefix"/share/man/man[578]/workerd[.-]*
    if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
    say "removed workerd; kept $config, /etc/default/workerd, $state, $log and the user"
    exit
fi

# ---- install ------------------------------------------------------------------------------------

for part in bin lib native; do [ -d "$tree/$part" ] || give_up 1 "$tree is not a built tree: it has no $part"; done

put() { mkdir -p "$root${3%/*}" && cp "$2" "$root$3" && chmod "$1" "$root$3"; } # mode, file, place
# What an administrator may have changed is not replaced.
keep() {
    if [ ! -e "$root$3" ] || cmp -s "$2" "$root$3"; then
        put "$1" "$2" "$3"
    else
        put "$1" "$2" "$3.new"
        say "kept your $3; the new one is $3.new"
    fi
}
fitted() { sed -e "s,/usr/bin/workerd,$bin,g" -e "s/^\(User\|Group\)=workerd/\1=$user/" \
    -e "s/-group workerd/-group $user/;s/chown -h workerd/chown -h $user/" -e "s/ workerd adm$/ $user root/" \
    -e "s/^WORKERD_USER=.*/WORKERD_USER=$user/" "$1"; }

make_user() {
    id "$user" >/dev/null 2>&1 && return
    useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin "$user"
}

# What Java starts from faster.
make_archive() {
    said=$("$bin" archive "$home/cache" 2>&1) ||
        say "workerd works, but commands start slowly until you run: $bin archive (${said%%"$nl"*})"
}

# What lets people in over HTTP, once that is turned on.
make_token() {
    [ -e "$config/http.token" ] || [ -L "$config/http.token" ] || (
        umask 077
        head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$config/http.token"
        chown "$user:$group" "$config/http.token"
    )
}

stop_daemon
[ -n "$root" ] || make_user

# The new one beside the old one, and then in its place: what runs now keeps its files.
rm -rf "$root$home.new"
mkdir -p "$root$home.new" "$root$prefix/bin"
cp -R "$tree/bin" "$tree/lib" "$tree/native" "$root$home.new/"
cp "$0" "$root$home.new/install.sh"
chmod -R go=rX,u=rwX "$root$home.new"
rm -rf "$root$home"
mv "$root$home.new" "$root$home"
ln -sf "$home/bin/workerd" "$root$bin"

mkdir -p "$root$config/handlers" "$root$config/conf.d"
keep 644 "$tree/config/workerd.toml" "$config/workerd.toml"
for page in "$tree"/man/man[1-8]/*.[1-8]; do
    [ ! -e "$page" ] || put 644 "$page" "$prefix/share/man/man${page##*.}/${page##*/}"
done

fit=$(mktemp)
trap 'rm -f "$fit"' EXIT
case $init in
    systemd)
        fitted "$tree/deploy/systemd/workerd.service" >"$fit"
        put 644 "$fit" /etc/systemd/system/workerd.service
        ;;
    sysv)
        fitted "$tree/init.d/workerd" >"$fit"
        put 755 "$fit" /etc/init.d/workerd
        ;;
esac
fitted "$tree/deploy/logrotate/workerd" | sed "s,workerd \(status\|reload\),$bin \1,g" >"$fit"
keep 644 "$fit" /etc/logrotate.d/workerd

if [ -n "$root" ]; then
    say "installed below $root"
    exit
fi
group=$(id -gn "$user")
# Setgid and sticky: members of the group use the queue, and remove nothing.
mkdir -p "$state"
chown "$user:$group" "$state"
chmod 3770 "$state"
[ -e "$log" ] || { : >"$log" && chmod 640 "$log" && chown "$user:root" "$log"; }
make_token
make_archive
case $init in
    systemd) systemctl daemon-reload && systemctl enable -q workerd.service && systemctl start workerd.service ;;
    sysv)
        if command -v update-rc.d >/dev/null; then update-rc.d workerd defaults; fi
        /etc/init.d/workerd start
        ;;
    none) say "no init system was found: configure yours to run as $user: $bin run" ;;
esac
say "installed $bin; members of the group $group may enqueue and list jobs"
