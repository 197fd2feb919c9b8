package event_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sallyport/internal/event"
)

const reported = `{"uuid":"u-1","published":"2026-03-04T05:06:07.089Z","eventType":"user.account.report_suspicious_activity_by_enduser",
 "displayMessage":"User report suspicious activity \u2013 é","severity":"WARN","version":"0",
 "actor":{"id":"00u1","type":"User","alternateId":"ada@acme.example","displayName":"Ada \"The\" Countess","detailEntry":null},
 "client":{"ipAddress":"198.51.100.7","geographicalContext":{"geolocation":{"lat":1.5,"lon":-55}},"device":"Computer"},
 "outcome":{"result":"Success","reason":null},
 "target":[{"id":"00g1","type":"UserGroup","displayName":"G"},{"id":"00u1","type":"User","alternateId":"ada@acme.example"}],
 "transaction":{"id":"tx1","type":"WEB","detail":{}},
 "authenticationContext":{"externalSessionId":"s1","authenticationStep":0},
 "debugContext":{"debugData":{"requestUri":"/api/x","a.b":"dotted"}}}`

func TestParse(t *testing.T) {
	e, err := event.NewParser().Parse([]byte(reported))
	if err != nil {
		t.Fatal(err)
	}
	want := event.Event{
		UUID: "u-1", Type: "user.account.report_suspicious_activity_by_enduser", Published: time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.UTC),
		Severity: "WARN", Message: "User report suspicious activity – é", Outcome: "SUCCESS",
		Actor: event.Entity{ID: "00u1", Type: "User", AlternateID: "ada@acme.example", DisplayName: `Ada "The" Countess`},
		IP:    "198.51.100.7", TransactionID: "tx1", SessionID: "s1",
	}
	raw := e.Raw
	e.Raw = nil
	if got, exp := dump(t, e), dump(t, want); got != exp {
		t.Errorf("got  %s\nwant %s", got, exp)
	}
	if string(raw) != reported {
		t.Error("the raw event is not what came")
	}
}

func dump(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLookup(t *testing.T) {
	e, err := event.NewParser().Parse([]byte(reported))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"debugContext.debugData.requestUri":           "/api/x",
		"client.geographicalContext.geolocation.lon":  "-55",
		"authenticationContext.authenticationStep":    "0",
		"target.1.alternateId":                        "ada@acme.example",
		"target.displayName":                          "G",
		"target.7.id":                                 "",
		"outcome.reason":                              "",
		"transaction.detail":                          "",
		"nothing.at.all":                              "",
		"actor.detailEntry.x":                         "",
		"client.geographicalContext.geolocation.lat.": "",
	} {
		if got := e.Text(path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if user, ok := e.Target("User"); !ok || user.ID != "00u1" {
		t.Errorf("target user = %+v, %v", user, ok)
	}
	if _, ok := e.Target("AppInstance"); ok {
		t.Error("a target that is not there was found")
	}
}

func TestParseTolerates(t *testing.T) {
	for name, raw := range map[string]string{
		"actor and target null": `{"uuid":"u","eventType":"t","published":"2026-01-01T00:00:00.000Z","actor":null,"target":null,"client":{"ipChain":null}}`,
		"published with blank":  `{"uuid":"u","eventType":"t","published":"2026-01-01 00:00:00.000"}`,
		"numbers for texts":     `{"uuid":"u","eventType":"t","published":"2026-01-01T00:00:00Z","actor":{"id":12},"client":{"geographicalContext":{"postalCode":12345}}}`,
		"debugData as a text":   `{"uuid":"u","eventType":"t","published":"2026-01-01T00:00:00Z","debugContext":{"debugData":"{\"a\":1}"}}`,
		"repeated part":         `{"uuid":"u","eventType":"t","published":"2026-01-01T00:00:00Z","actor":{"id":"a"},"actor":{"id":"b"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			e, err := event.NewParser().Parse([]byte(raw))
			if err != nil || e.UUID != "u" || len(e.Targets()) != 0 {
				t.Errorf("got %+v, %v", e, err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ raw, says string }{
		"no JSON":          {`{"uuid":"u",}`, "byte 12"},
		"cut":              {`{"uuid":"u"`, "byte 11"},
		"two":              {`{} {}`, "byte 3"},
		"no uuid":          {`{"eventType":"t","published":"2026-01-01T00:00:00Z"}`, "no uuid"},
		"no type":          {`{"uuid":"u7","published":"2026-01-01T00:00:00Z"}`, "u7: it has no eventType"},
		"bad published":    {`{"uuid":"u7","eventType":"t","published":"yesterday"}`, "yesterday"},
		"no object":        {`[1]`, "an object is wanted"},
		"bad escape":       {`{"uuid":"\x"}`, "escape"},
		"control in text":  {"{\"uuid\":\"a\nb\"}", "control"},
		"leading zero":     {`{"uuid":01}`, "byte 9"},
		"bare word":        {`{"uuid":nul}`, "byte 8"},
		"number ends in .": {`{"uuid":1.}`, "digit"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := event.NewParser().Parse([]byte(tt.raw))
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error = %v, want one with %q", err, tt.says)
			}
		})
	}
}

func TestReader(t *testing.T) {
	one := func(uuid string) string {
		return `{"uuid":"` + uuid + `","eventType":"t","published":"2026-01-01T00:00:00Z"}`
	}
	tests := map[string]struct {
		file string
		want string // uuids, ! for a bad event
		err  string
	}{
		"lines":            {file: one("a") + "\n" + one("b") + "\n", want: "a b"},
		"no last line end": {file: one("a") + "\n\n  \n" + one("b"), want: "a b"},
		"windows lines":    {file: "\ufeff" + one("a") + "\r\n" + one("b") + "\r\n", want: "a b"},
		"a list":           {file: " [" + one("a") + ",\n" + one("b") + "]\n", want: "a b"},
		"pages":            {file: "[" + one("a") + "]\n[]\n[" + one("b") + "]", want: "a b"},
		"a bad line":       {file: one("a") + "\n{oops\n" + one("b"), want: "a ! b"},
		"a bad element":    {file: "[" + one("a") + `,{"uuid":7},` + one("b") + "]", want: "a ! b"},
		"empty":            {file: ""},
		"empty list":       {file: "[]"},
		"a cut list":       {file: "[" + one("a") + ",", want: "a", err: "event 2"},
		"a list of lists":  {file: "[[" + one("a") + "]]", want: "!"},
		"rubbish in list":  {file: "[" + one("a") + "] x", want: "a", err: "event 2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := event.NewReader(strings.NewReader(tt.file))
			var got []string
			for {
				e, err := r.Next()
				if _, bad := errors.AsType[*event.ReadError](err); bad {
					got = append(got, "!")
					continue
				}
				if err != nil {
					if tt.err == "" && !errors.Is(err, io.EOF) || tt.err != "" && !strings.Contains(err.Error(), tt.err) {
						t.Errorf("ended with %v", err)
					}
					break
				}
				got = append(got, e.UUID)
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("read %q, want %q", s, tt.want)
			}
		})
	}
}

// Blocks hold what a reader finds one by one, under the same numbers.
func TestBlocks(t *testing.T) {
	long := `{"uuid":"` + strings.Repeat("x", 3<<20) + `"}`
	for name, tt := range map[string]struct{ file, want, err string }{
		"lines":            {file: "{1}\n\n{3}\r\n  {4}", want: "line 1 {1}|line 3 {3}|line 4 {4}"},
		"a last line end":  {file: "\ufeff{1}\n{2}\n", want: "line 1 {1}|line 2 {2}"},
		"a list":           {file: " [{},\n{\"a\":1}] [7]", want: `event 1 {}|event 2 {"a":1}|event 3 7`},
		"nothing":          {},
		"an empty list":    {file: "[]"},
		"a cut list":       {file: `[{},`, want: "event 1 {}", err: "event 2"},
		"long lines":       {file: long + "\n{2}\n" + long, want: "line 1 " + long + "|line 2 {2}|line 3 " + long},
		"an endless line":  {file: strings.Repeat("x", 9<<20), err: "line 1 is longer"},
		"many small lines": {file: strings.Repeat("{}\n", 1<<19) + "last", want: "524289"},
	} {
		t.Run(name, func(t *testing.T) {
			r := event.NewReader(strings.NewReader(tt.file))
			var got []string
			for {
				b, err := r.Block()
				if err != nil {
					if tt.err == "" && !errors.Is(err, io.EOF) || !strings.Contains(err.Error(), tt.err) {
						t.Errorf("ended with %v", err)
					}
					break
				}
				for n, raw := range b.Events() {
					got = append(got, b.At(n)+" "+string(raw))
				}
			}
			if s := strings.Join(got, "|"); s != tt.want && (tt.want != "524289" || len(got) != 524289 || got[524288] != "line 524289 last") {
				t.Errorf("read %.200q, want %.200q", s, tt.want)
			}
		})
	}
}

func TestParseDelivery(t *testing.T) {
	body := `{"eventType":"com.okta.event_hook","eventId":"d1","source":"https://acme.okta.com/api/v1/eventHooks/who1","data":{"events":[` + reported + `]}}`
	d, err := event.ParseDelivery([]byte(body))
	if err != nil || d.ID != "d1" || len(d.Events) != 1 || d.Events[0].UUID != "u-1" {
		t.Fatalf("got %+v, %v", d, err)
	}
	for bad, want := range map[string]string{
		`{`:                           "unexpected end of JSON input",
		`{"eventType":"com.example"}`: `eventType is "com.example"`,
		`[]`:                          "delivery: an object is wanted, not a list",
		`"x"`:                         "delivery: an object is wanted, not a text",
		`{"eventType":7}`:             "eventType: a text is wanted, not a number",
		`{"eventType":"com.okta.event_hook","data":{"events":{}}}`: "data.events: a list is wanted, not an object",
		`{"eventType":"com.okta.event_hook","data":true}`:          "data: an object is wanted, not true or false",
	} {
		if _, err := event.ParseDelivery([]byte(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", bad, err, want)
		}
	}
	d, err = event.ParseDelivery([]byte(`{"eventType":"com.okta.event_hook","data":{"events":[{},` + reported + `]}}`))
	if err != nil || len(d.Events) != 1 || len(d.Bad) != 1 || !strings.Contains(d.Bad[0].Error(), "data.events[0]") {
		t.Errorf("with a bad event among others: %+v, %v", d, err)
	}
}

// Every public sample that is a whole event reads, whatever its oddities; those
// that their collectors cut down are refused for what was cut away.
func TestPublicSamples(t *testing.T) {
	files, err := filepath.Glob("../../../shared/corpus/okta-events/*.json")
	if err != nil || len(files) == 0 {
		t.Skip("the corpus of public samples is not beside the checkout")
	}
	read := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var sample struct{ Event, Delivery json.RawMessage }
		if err := json.Unmarshal(b, &sample); err != nil {
			continue // the index
		}
		switch {
		case sample.Delivery != nil:
			_, err = event.ParseDelivery(sample.Delivery)
		case sample.Event != nil:
			_, err = event.NewParser().Parse(sample.Event)
		}
		if err == nil {
			read++
		} else if s := err.Error(); !strings.Contains(s, "no uuid") && !strings.Contains(s, `published: "" is no time`) {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
	if read < 60 {
		t.Errorf("%d of %d samples read", read, len(files))
	}
}

// The scanner takes what the standard library takes, and nothing else.
func FuzzScan(f *testing.F) {
	for _, s := range []string{reported, `[1,-0.5e+3,"\u00e9",true,null,{}]`, `{"a":[{"b":1},{"b":2}]}`, `"`, `[`, `1e`} {
		f.Add([]byte(s))
	}
	fields := event.NewFields("uuid", "actor.id", "target.id", "a.b")
	f.Fuzz(func(t *testing.T, raw []byte) {
		spans := make(event.Spans, 4)
		err := fields.Scan(raw, spans)
		if valid := json.Valid(raw); valid != (err == nil) && !strings.Contains(dumpErr(err), "too deep") {
			t.Fatalf("valid: %v, but scan says %v: %q", valid, err, raw)
		}
		if err != nil {
			return
		}
		for _, s := range spans {
			if s != nil && !json.Valid(s) {
				t.Fatalf("span %q of %q", s, raw)
			}
		}
		if e, err := event.NewParser().Parse(raw); err == nil && (e.UUID == "" || e.Type == "") {
			t.Fatalf("an event without identity: %q", raw)
		}
	})
}

func dumpErr(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(reported))
	f.Add([]byte("[" + reported + "]"))
	f.Fuzz(func(t *testing.T, file []byte) {
		r := event.NewReader(strings.NewReader(string(file)))
		for range len(file) + 2 {
			_, err := r.Next()
			if _, bad := errors.AsType[*event.ReadError](err); err != nil && !bad {
				return
			}
		}
		t.Fatal("the reader does not come to an end")
	})
}

// Whatever is posted, what is taken of it are events with an id, a type and a time,
// and every other one is told.
func FuzzParseDelivery(f *testing.F) {
	f.Add([]byte(`{"eventType":"com.okta.event_hook","eventId":"d","data":{"events":[` + reported + `,{}]}}`))
	f.Add([]byte(`{"eventType":"com.okta.event_hook","data":{"events":null}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := event.ParseDelivery(body)
		if err != nil && len(d.Events)+len(d.Bad) > 0 {
			t.Fatalf("refused, and taken: %+v", d)
		}
		for _, e := range d.Events {
			if e.UUID == "" || e.Type == "" || e.Published.IsZero() || !json.Valid(e.Raw) {
				t.Fatalf("taken: %+v", e)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	p := event.NewParser()
	b.SetBytes(int64(len(reported)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Parse([]byte(reported)); err != nil {
			b.Fatal(err)
		}
	}
}
