# The yardstick's work: mawk -f join.awk TASKLIST NETSTAT, to the bytes of
# portjoin --format csv --csv-raw --no-header --columns snapshot,protocol,local_address,local_port,foreign_address,foreign_port,state,pid,image_name
FNR == NR {
    sub(/\r$/, "")
    if ($0 ~ /^=/) { on = 1; next }
    if (on && length($0) > 34) { name = substr($0, 1, 25); sub(/ +$/, "", name); image[substr($0, 27, 8) + 0] = name }
    next
}
/^  Proto/ { snapshot++; next }
$1 == "TCP" || $1 == "UDP" {
    sub(/\r$/, "", $NF)
    if ($1 == "TCP") { proto = "tcp"; state = $4; pid = $5 } else { proto = "udp"; state = ""; pid = $4 }
    at = match($2, /:[^:]*$/); la = substr($2, 1, at - 1); lp = substr($2, at + 1)
    if (substr(la, 1, 1) == "[") la = substr(la, 2, length(la) - 2)
    if ($3 == "*:*") { fa = ""; fp = "" } else {
        at = match($3, /:[^:]*$/); fa = substr($3, 1, at - 1); fp = substr($3, at + 1)
        if (substr(fa, 1, 1) == "[") fa = substr(fa, 2, length(fa) - 2)
    }
    print snapshot "," proto "," la "," lp "," fa "," fp "," state "," pid "," (pid == 0 ? "" : image[pid])
}
