#!/bin/bash
# The first commands of the recorded shell (bash 4.1 and later). It is a login shell for its user: it reads the same files.
# Before each prompt it prints a report about the last command: an escape sequence that ./lab removes from the output.
#
# A word that only this session knows
: "${lab_word:?}"
if [ -r /etc/profile ]; then
    # shellcheck source=/dev/null
    . /etc/profile
fi
for lab_file in ~/.bash_profile ~/.bash_login ~/.profile; do
    if [ -r "$lab_file" ]; then
        # shellcheck source=/dev/null
        . "$lab_file"
        break
    fi
done
unset lab_file
lab_report() {
    printf '\033]5379;%s;%s;%s;%s\007' "$lab_word" "$1" "$2" "$(printf %s "$3" | base64 -w 0)"
}
lab_before() {
    lab_report begin '' "$(HISTTIMEFORMAT='' history 1)"
}
lab_after() {
    local status=$? line
    line=$(HISTTIMEFORMAT='' history 1)
    # Before the first prompt the last line is one of an earlier session.
    if [ "${lab_last-$line}" != "$line" ]; then
        lab_report end "$status" "$line"
    elif [ -n "${lab_last+set}" ] && ! shopt -qo history; then
        lab_report end "$status" "0 (the history of this shell is off)"
    fi
    lab_last=$line
    return "$status"
}
# Only in this shell: each line goes into the history, also the same one twice, so that it is seen here.
HISTCONTROL=
unset HISTIGNORE
[ "${HISTSIZE:-0}" != 0 ] || HISTSIZE=1000
# bash 4.4 and later prints PS0 before it runs a line.
# shellcheck disable=SC2034,SC2016
PS0='$(lab_before)'${PS0-}
PROMPT_COMMAND="lab_after${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
