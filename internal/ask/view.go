// Package ask answers questions about an organization's Okta orgs that somebody
// writes in SQL.
//
// A question never runs on the server's database. It runs on a small one of the
// organization's own (package lite), which holds [Views] of what the organization
// may see and nothing else, and only those that were asked for. So what a question
// cannot reach is not there, whichever database the server has.
package ask

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/inventory"
)

// Type is the type of a column. Its text is part of the API.
type Type string

// The types.
const (
	Text    Type = "text"
	Integer Type = "integer"
	Real    Type = "real"
	Boolean Type = "boolean" // 1 or 0 in SQL
	Time    Type = "time"    // UTC, as SQLite's date functions write it: 2026-01-31 12:00:00
	JSON    Type = "json"    // text that holds JSON, for json_each and ->>
)

// Types lists them.
func Types() []Type { return []Type{Text, Integer, Real, Boolean, Time, JSON} }

// declared is how a table says it. SQLite compares as a text what it has the word
// TEXT in.
func (t Type) declared() string {
	switch t {
	case Integer:
		return "INTEGER"
	case Real:
		return "REAL"
	case Boolean:
		return "BOOLEAN"
	case Time:
		return "TIMETEXT"
	case JSON:
		return "JSONTEXT"
	default:
		return "TEXT"
	}
}

// typeDeclared is the way back; what was computed has no type of its own.
func typeDeclared(text string) Type {
	for _, t := range Types() {
		if t.declared() == text {
			return t
		}
	}
	return ""
}

// Area is what a view is about, as far as that decides who may see it.
type Area string

// The areas.
const (
	OfInventory Area = "inventory" // what the org consists of, and findings about it
	OfAlerts    Area = "alerts"
	OfEvents    Area = "events"
)

// Areas lists them.
func Areas() []Area { return []Area{OfInventory, OfAlerts, OfEvents} }

// View is what can be asked of as a table.
type View struct {
	Name    string
	Doc     string
	Area    Area
	Columns []Column

	sql   string // of a view that is made of others; empty of one with rows of its own
	keys  []string
	fresh bool // it is read anew for each question
	whole bool // it is of the organization, whichever of its orgs is asked about
	rows  func(ctx context.Context, in from, each func(row) error) error
}

// Column is one column of a view.
type Column struct {
	Name string
	Type Type
	Doc  string

	heavy bool // it is kept only where it was asked for
	of    func(row) any
}

// heavyColumns lists the columns that are kept only where they were asked for.
func (v View) heavyColumns() []string {
	var out []string
	for _, c := range v.Columns {
		if c.heavy {
			out = append(out, c.Name)
		}
	}
	return out
}

// from is what the rows of a view are read from.
type from struct {
	Source

	org     string
	tenants []inventory.Tenant
	tenant  inventory.Tenant // of these, the one that is read; zero in a view of the whole organization
	only    bool             // a tenant was picked
	since   time.Time        // of events and alerts
	most    int              // events
	note    func(string)     // tells whoever asks
}

// row is one thing that a view shows, as the columns read it.
type row struct {
	tenant string
	inventory.Ref
	name        string
	edge        inventory.Edge
	body        object // of the entity, of a part of it, or of the edge
	whole       json.RawMessage
	began, over time.Time
	other       any
}

// object is JSON as it was decoded.
type object map[string]any

func decode(text json.RawMessage) object {
	var out object
	if len(text) == 0 || json.Unmarshal(text, &out) != nil {
		return object{}
	}
	return out
}

// at returns what stands at a dotted path; nil where there is nothing.
func (o object) at(path string) any {
	var v any = map[string]any(o)
	for key := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

func (o object) text(path string) string {
	s, _ := o.at(path).(string)
	return s
}

// objects are the objects of a list that stands at a path.
func (o object) objects(path string) []object {
	list, _ := o.at(path).([]any)
	var out []object
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// column makes a column whose value is computed.
func column(name string, t Type, doc string, of func(row) any) Column {
	return Column{Name: name, Type: t, Doc: doc, of: of}
}

// field makes a column that shows what stands at a path of the body.
func field(name string, t Type, path, doc string) Column {
	return column(name, t, doc, func(r row) any { return r.body.at(path) })
}

// whole makes the column of a body as it is stored.
func whole(doc string) Column {
	return Column{Name: "body", Type: JSON, Doc: doc, heavy: true, of: func(r row) any { return r.whole }}
}

func ofTenant() Column {
	return column("tenant", Text, "id of the Okta org, as in tenants", func(r row) any { return r.tenant })
}

// maxCell is how many bytes a value may have; a longer one is left out.
const maxCell = 512 << 10

// stored returns a value as a column of a type keeps it: nil, int64, float64 or
// string.
func stored(t Type, v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case json.RawMessage:
		return short(string(v))
	case time.Time:
		return moment(v)
	case bool:
		return number(v)
	case int:
		return int64(v)
	case int64:
		return v
	case float64:
		return storedFloat(t, v)
	case string:
		return storedText(t, v)
	default:
		text, err := json.Marshal(v)
		if err != nil || string(text) == "null" {
			return nil
		}
		return short(string(text))
	}
}

func number(b bool) any {
	if b {
		return int64(1)
	}
	return int64(0)
}

func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.DateTime)
}

func storedFloat(t Type, v float64) any {
	switch {
	case t == Time: // milliseconds, as some of Okta's older calls have it
		return moment(time.UnixMilli(int64(v)))
	case t == Text || t == JSON:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case t != Real && v == math.Trunc(v) && math.Abs(v) < 1<<53:
		return int64(v)
	}
	return v
}

func storedText(t Type, v string) any {
	switch t {
	case Time:
		at, err := time.Parse(time.RFC3339, v)
		if err != nil {
			return nil
		}
		return moment(at)
	case Integer:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil
		}
		return n
	case Real:
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return nil
		}
		return n
	case Boolean:
		return number(strings.EqualFold(v, "true"))
	case JSON:
		text, _ := json.Marshal(v) //nolint:errchkjson // a string always is JSON
		return short(string(text))
	default:
		return short(v)
	}
}

// short returns a text, without what no text of SQLite's may hold; nil of one that
// is too long.
func short(s string) any {
	if len(s) > maxCell {
		return nil
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// Views lists what can be asked of, in the order of the documentation.
func Views() []View {
	return slices.Concat(peopleViews(), appViews(), adminViews(), policyViews(), deviceViews(), restViews(), watchViews(), auth0Views(), historyViews(), madeViews())
}
