#!/bin/bash
# Watch the node: answer each line of standard input at once, and report changes as soon as they happen. End when the
# input ends. A line of input is a number and letters. The letters say what to do in addition to the answer:
#
#     s  start the sources of events that do not run
#     p  look whether the known processes exist, and for new ones          q  read the states of the known processes
#     f  look at all processes: an old one may have changed its name        v  print the cluster's view
#
# Lines on standard output. Each is written as a whole, so the lines of several programs do not mix:
#
#     @beat NUMBER UPTIME HELD WEB COROSYNC    the answer: the node's own clock, whether the kernel has the floating
#                                              address (yes, no), and the states of the processes ("-": none)
#     other lines                              printed by the sources `address_events`, `ring_events`, `change_events`
#
# Standard error has only the cluster's view, from `@view NUMBER` to `@end NUMBER`, because it is long.
# The commands are shell texts. One that asks the cluster is ended after `limit` seconds. An empty one is not run.
#
# It is bash, because bash's `read` reads a file of /proc in blocks; other shells read byte by byte. No program is
# started to make an answer.
: "${vip:?}"
: "${web_process:?}"
: "${address_events?}"
: "${ring_events?}"
: "${change_events?}"
: "${ring_command?}"
: "${state_command:?}"
: "${mark:?}"
: "${limit:?}"
addresses='' ring='' changes='' web='' corosync='' web_states='' corosync_states='' newest=0 known=0
shopt -s extglob

# Whether the process $1 runs. A dead child has the state Z until its parent waits for it.
runs() { [ -n "$1" ] && read -r _ _ state _ <"/proc/$1/stat" && [ "$state" != Z ]; } 2>/dev/null

start_sources() {
    if [ -n "$address_events" ] && ! runs "$addresses"; then
        sh -c "exec $address_events" </dev/null 2>/dev/null & addresses=$!
    fi
    if [ -n "$ring_events" ] && ! runs "$ring"; then
        sh -c "exec $ring_events" </dev/null 2>/dev/null & ring=$!
    fi
    if [ -n "$change_events" ] && ! runs "$changes"; then
        main=$$ sh -c "$change_events" </dev/null 2>/dev/null & changes=$!
    fi
}

# Note the process $1 if it has a watched name. A thread has a number too; it is left out (at its end it sends no
# signal: -1).
note() {
    read -r _ name _ <"/proc/$1/stat" || return
    case $name in "($web_process)" | "(corosync)") ;; *) return ;; esac
    read -r line <"/proc/$1/stat" || return
    case " $web $corosync " in *" $1 "*) return ;; esac
    id=$1
    # shellcheck disable=SC2086  # the words of the line
    set -- $line
    shift 37
    if [ "$1" = -1 ]; then return; fi
    case $name in "(corosync)") corosync="$corosync $id" ;; *) web="$web $id" ;; esac
} 2>/dev/null

note_all() {
    web='' corosync=''
    for path in /proc/[0-9]*; do note "${path#/proc/}"; done
}

# Note the processes that started since the call before the last one: a new process may get its name a little later. The
# last field of /proc/loadavg is the number of the newest process.
note_new() {
    read -r _ _ _ _ last </proc/loadavg
    if [ "$last" -lt "$newest" ] || [ "$last" -gt $((known + 500)) ]; then
        note_all
        newest=$last
    else
        while [ "$known" -lt "$last" ]; do known=$((known + 1)) && note "$known"; done
    fi
    known=$newest newest=$last
}

# Of the processes $2... take those that still have the name $1. Set `states` to their states, `left` to their numbers.
look() {
    name="($1)" states='' left=''
    shift
    for id; do
        if read -r _ found state _ <"/proc/$id/stat" && [ "$found" = "$name" ]; then
            states=$states$state left="$left $id"
        fi
    done
} 2>/dev/null

read_processes() {
    # shellcheck disable=SC2086  # a list of numbers
    look "$web_process" $web
    web=$left web_states=$states
    # shellcheck disable=SC2086  # a list of numbers
    look corosync $corosync
    corosync=$left corosync_states=$states
}

# Set `held`. The kernel's table of local addresses is read without starting a program; an old kernel may not have it.
read_held() {
    held=no
    if IFS= read -r -d '' trie </proc/net/fib_trie || [ -n "$trie" ]; then
        if [[ $trie == *"|-- $vip"$'\n'*([[:space:]])"/32 host LOCAL"* ]]; then held=yes; fi
    elif [ -n "$(ip -o -4 addr show to "$vip")" ]; then
        held=yes
    fi
} 2>/dev/null

print_view() {
    echo "@view $1" >&2
    {
        if [ -n "$ring_command" ]; then
            echo "${mark}ring"
            # A corosync that is stopped (T) or dead (Z) does not answer.
            case $corosync_states in *[!TZ]*) timeout "$limit" sh -c "$ring_command" ;; esac
        fi
        echo "${mark}state"
        timeout "$limit" sh -c "exec $state_command"
        echo
        echo "@end $1"
    } >&2 2>/dev/null
}

# Whether each known process still exists.
all_there() {
    for id in $web $corosync; do [ -e "/proc/$id" ] || return; done
}

while read -r number wants; do
    before="$web $corosync"
    case $wants in *s*) start_sources ;; esac
    case $wants in *f*) note_all ;; *p*) note_new ;; esac
    case $wants in
        *q* | *f*) read_processes ;;
        *p*) if [ "$before" != "$web $corosync" ] || ! all_there; then read_processes; fi ;;
    esac
    read_held
    read -r uptime _ </proc/uptime
    echo "@beat $number $uptime $held ${web_states:--} ${corosync_states:--}"
    # A child of a child: this shell does not have to wait for it.
    case $wants in *v*) (print_view "$number" &) ;; esac
done
# shellcheck disable=SC2086  # an empty word must vanish: a source that does not run has no number
kill $addresses $ring 2>/dev/null
