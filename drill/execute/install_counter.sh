#!/bin/sh
# Makes the counter service: a CGI program of the web server, and its file. The web server reads its settings again.
: "${folder:?}"
: "${conf:?}"
: "${modules:?}"
: "${path:?}"
: "${program:?}"
: "${process:?}"
set -e
rm -rf "$folder"
mkdir -p "$folder"
printf '%s\n' "$program" >"$folder/counter.cgi"
chmod 755 "$folder" "$folder/counter.cgi"
: >"$folder/writes"
user=apache
if id www-data >/dev/null 2>&1; then user=www-data; fi
chown "$user" "$folder/writes"
cat >"$conf" <<END
<IfModule !cgid_module>
    <IfModule !cgi_module>
        LoadModule cgi_module $modules/mod_cgi.so
    </IfModule>
</IfModule>
ScriptAlias $path $folder/counter.cgi
<Directory $folder>
    <IfModule authz_core_module>
        Require all granted
    </IfModule>
</Directory>
END
if parent=$(pgrep -o -x "$process"); then kill -USR1 "$parent"; fi
