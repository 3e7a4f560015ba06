# sql2c.awk - sql/queries/NAME.sql -> one row of the query table per file.
# With -v mode=h, the enum that numbers them.
#
# A file that says "-- slots: N" is N statements, NAME_0 and on, with a number
# wherever it has :slot, which psql replaces with -v slot=0.  "-- serves: same"
# and "-- serves: keys" are explained in src/db/share.h.
function base(path) { sub(/.*\//, "", path); sub(/\.sql$/, "", path); return path }
function row(name, text) {
	if (mode == "h") printf "\tQUERY_%s,\n", toupper(name)
	else printf "\t[QUERY_%s] = { \"%s\",\n%s\t\t, %s },\n", toupper(name), name, text, serves
}
function end_file(i, text) {
	if (slots == 0 && file != "") row(file, lines)
	for (i = 0; i < slots; i++) {
		text = lines
		gsub(/:slot/, i, text)
		row(file "_" i, text)
	}
}
BEGIN { if (mode == "h") print "#ifndef DB_QUERIES_H\n#define DB_QUERIES_H\nenum query {" }
FNR == 1 { end_file(); file = base(FILENAME); lines = ""; slots = 0; serves = "SERVES_ONE" }
/^-- slots: / { slots = $3 }
/^-- serves: / { serves = "SERVES_" toupper($3) }
/^--/ { next }
{
	sub(/;[ \t]*$/, ""); gsub(/\\/, "\\\\"); gsub(/"/, "\\\"")
	lines = lines "\t\t\"" $0 "\\n\"\n"
}
END { end_file(); if (mode == "h") print "\tQUERY_COUNT\n};\n#endif" }
