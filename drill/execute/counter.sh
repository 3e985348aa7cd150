#!/bin/sh
# A CGI program: appends the number in the query to a file on this node, and acknowledges it when it is on the disk.
: "${answer:?}"
: "${file:?}"
number=${QUERY_STRING:-}
case $number in
'' | *[!0-9]*)
    status='400 Bad Request'
    text='a number is expected'
    ;;
*)
    if printf '%s\n' "$number" | dd of="$file" oflag=append conv=notrunc,fsync 2>/dev/null; then
        status='200 OK'
        text=$answer
    else
        status='500 Internal Server Error'
        text='not written'
    fi
    ;;
esac
printf 'Status: %s\r\nContent-Type: text/plain\r\n\r\n%s\n' "$status" "$text"
