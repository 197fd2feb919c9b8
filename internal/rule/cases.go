package rule

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sallyport/content"
	"sallyport/internal/auth0"
	"sallyport/internal/connector/document"
	"sallyport/internal/event"
	"sallyport/internal/value"
)

// Case is what a rule must find, or must not find, in some events.
type Case struct {
	Name   string
	File   string
	Line   int
	Fires  bool
	Count  int           // how often it fires; 0 if the case does not say, or if it must not fire
	About  string        // whom the hits are about; empty if the case does not say
	Events []event.Event // by when they were published
	Until  time.Time     // when the case ends; after the last event where it does not say
}

// epoch is when the first event of every case is published.
func epoch() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

// mostEvents is how many events one case may have.
const mostEvents = 20_000

var casesSchema = sync.OnceValues(func() (*document.Schema, error) {
	text, err := fs.ReadFile(content.FS, path.Join(Folder, "cases.schema.json"))
	if err != nil {
		return nil, fmt.Errorf("read the schema of cases: %w", err)
	}
	return document.ParseSchema(text)
})

// ReadCases reads a file of cases. The error tells everything that is wrong,
// each with file and line.
func ReadCases(name string, text []byte) ([]Case, error) {
	d, err := document.Read(name, text)
	if err != nil {
		return nil, err
	}
	schema, err := casesSchema()
	if err != nil {
		return nil, err
	}
	if err := d.Check(schema); err != nil {
		return nil, err
	}
	top := d.Cursor()
	given, _ := top.At("given").Value.(*value.Object)
	var cases []Case
	for c := range top.At("cases").Items() {
		k := Case{Name: c.Text("name"), File: name, Line: c.Line(), About: c.Text("about")}
		switch fires := c.At("fires").Value.(type) {
		case bool:
			k.Fires = fires
		case float64:
			k.Fires, k.Count = fires > 0, int(fires)
		}
		k.events(c, given)
		cases = append(cases, k)
	}
	return cases, d.Err()
}

func (k *Case) events(c document.Cursor, given *value.Object) {
	with, _ := c.At("with").Value.(*value.Object)
	m := maker{parser: event.NewParser(), entries: auth0.NewParser(), start: epoch()}
	if !c.At("events").Present() {
		m.add(c.At("with"), []*value.Object{given, with})
	}
	for e := range c.At("events").Items() {
		own, _ := e.Value.(*value.Object)
		m.add(e, []*value.Object{given, with, own})
	}
	slices.SortStableFunc(m.events, func(a, b event.Event) int { return a.Published.Compare(b.Published) })
	k.Events = m.events
	if n := len(m.events); n > 0 {
		k.Until = m.events[n-1].Published
	}
	if span := c.Text("until"); span != "" {
		k.Until = m.start.Add(parsed(span))
	}
}

// parsed reads a span that the schema has let through.
func parsed(span string) time.Duration {
	d, _ := time.ParseDuration(span)
	return d
}

// maker makes the events of a case.
type maker struct {
	parser  *event.Parser
	entries *auth0.Parser
	start   time.Time
	events  []event.Event
}

// timing is what an entry says about when its event comes, which is no part of
// the event.
func timing(key string) bool { return key == "at" || key == "times" || key == "every" }

func (m *maker) add(c document.Cursor, layers []*value.Object) {
	at, every, times := parsed(c.Text("at")), parsed(c.Text("every")), max(1, int(c.Number("times")))
	if len(m.events)+times > mostEvents {
		c.Fail("a case has at most %d events", mostEvents)
		return
	}
	for n := range times {
		fields := map[string]any{}
		for i, layer := range layers {
			for key, v := range layer.All() {
				if i == len(layers)-1 && timing(key) {
					continue
				}
				put(fields, strings.Split(key, "."), native(v, strconv.Itoa(n+1)))
			}
		}
		count := len(m.events) + 1
		id, published := fmt.Sprintf("00000000-0000-4000-8000-%012d", count), m.start.Add(at+time.Duration(n)*every).Format(time.RFC3339Nano)
		parse, of := m.parser.Parse, fields
		switch entry, is := fields["data"].(map[string]any); {
		case is && fields["eventType"] == nil: // an entry of Auth0's log, as its rules see it
			parse, of = m.entries.Parse, entry
			entry["log_id"], entry["date"] = id, published
		case fields["eventType"] == nil:
			c.Fail("the event has no eventType, and no data of an entry of Auth0's log")
			return
		default:
			fields["uuid"], fields["published"] = id, published
		}
		raw, err := json.Marshal(of)
		if err != nil {
			c.Fail("%s", err)
			return
		}
		e, err := parse(raw)
		if err != nil {
			c.Fail("%s", err)
			return
		}
		m.events = append(m.events, e)
	}
}

// put puts a value at a path, making the objects that lead there. A null takes
// away what is there.
func put(fields map[string]any, at []string, v any) {
	for ; len(at) > 1; at = at[1:] {
		inner, _ := fields[at[0]].(map[string]any)
		inner = maps.Clone(inner)
		if inner == nil {
			inner = map[string]any{}
		}
		fields[at[0]] = inner
		fields = inner
	}
	fields[at[0]] = v
}

// native makes a value of plain Go ones, with n in place of {n} in its texts.
func native(v any, n string) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "{n}", n)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = native(e, n)
		}
		return out
	case *value.Object:
		out := map[string]any{}
		for key, e := range v.All() {
			put(out, strings.Split(key, "."), native(e, n))
		}
		return out
	}
	return v
}
