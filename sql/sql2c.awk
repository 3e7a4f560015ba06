# sql2c.awk - sql/queries/NAME.sql -> one row of the query table per file.
# With -v mode=h, the enum that numbers them.
function name(path) { sub(/.*\//, "", path); sub(/\.sql$/, "", path); return path }
NR == 1 && mode == "h" {
	print "#ifndef DB_QUERIES_H\n#define DB_QUERIES_H\nenum query {"
}
FNR == 1 {
	if (mode == "h") { printf "\tQUERY_%s,\n", toupper(name(FILENAME)); nextfile }
	if (NR > 1) print "\t},"
	printf "\t[QUERY_%s] = { \"%s\",\n", toupper(name(FILENAME)), name(FILENAME)
}
/^--/ { next }
{ sub(/;[ \t]*$/, ""); gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); printf "\t\t\"%s\\n\"\n", $0 }
END { print mode == "h" ? "\tQUERY_COUNT\n};\n#endif" : "\t}," }
