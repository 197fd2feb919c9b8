package api

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/event"
	"sallyport/internal/portal"
	"sallyport/internal/sheet"
	"sallyport/internal/store"
)

var (
	_ = add("GET /api/v1/events/ndjson", portal.EventsRaw, doc{
		Summary: "All events that a search finds, as they came, one a line", Gives: "application/x-ndjson", Long: true, Help: "If the file breaks off, so does the connection.",
	}, exportEventLines)
	_ = add("GET /api/v1/events/csv", portal.EventsRead, doc{
		Summary: "All events that a search finds, as CSV", Gives: "text/csv", Long: true, Help: "With the fields that people look for. If the file breaks off, so does the connection.",
	}, exportEventRows)
)

// exportPage is how many events are read at a time for a file.
const exportPage = 1000

type exportEventsIn struct {
	eventQuery

	Order EventOrder `query:"order" doc:"which come first; the newest where nothing is said"`
}

// eventFile is the events that a search finds, as a file.
type eventFile struct {
	csv     bool // or else the events as they came
	name    string
	sources map[string]string
	page    store.FoundEvents // the first
	next    func(ctx context.Context, after store.Place) (store.FoundEvents, error)
	ended   func(events int)
}

func exportEventLines(ctx context.Context, d Deps, c portal.Caller, in exportEventsIn) (eventFile, error) {
	return exportEvents(ctx, d, c, in, "ndjson")
}

func exportEventRows(ctx context.Context, d Deps, c portal.Caller, in exportEventsIn) (eventFile, error) {
	return exportEvents(ctx, d, c, in, "csv")
}

func exportEvents(ctx context.Context, d Deps, c portal.Caller, in exportEventsIn, format string) (eventFile, error) {
	s, err := in.search()
	if err != nil {
		return eventFile{}, err
	}
	s.Limit, s.Oldest = exportPage, in.Order == oldestFirst
	f := eventFile{
		csv: format == "csv",
		next: func(ctx context.Context, after store.Place) (store.FoundEvents, error) {
			s.After = after
			return d.DB.Events.Search(ctx, c.Org.ID, s)
		},
		ended: func(events int) {
			d.Log.InfoContext(ctx, "events exported", "organization", c.Org.Slug, "account", c.Account.Email, "token", c.Token.ID, "events", events,
				"filter", in.Filter, "q", in.Q, "since", in.Since, "until", in.Until)
		},
	}
	f.name = fmt.Sprintf("events-%s-%s.%s", c.Org.Slug, d.Now().UTC().Format("20060102-150405"), format)
	if f.sources, err = d.DB.Sources.Names(ctx, c.Org.ID); err != nil {
		return f, err
	}
	f.page, err = f.next(ctx, store.Place{})
	return f, err
}

func (f eventFile) answer(w http.ResponseWriter, r *http.Request) {
	media := "application/x-ndjson"
	if f.csv {
		media = "text/csv; charset=utf-8"
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	n, err := f.write(r.Context(), w)
	f.ended(n)
	if err != nil {
		panic(http.ErrAbortHandler) // a part of the file is sent: only a broken connection says so
	}
}

// write writes the file, and returns how many events it wrote.
func (f eventFile) write(ctx context.Context, w io.Writer) (int, error) {
	buf := bufio.NewWriterSize(w, 64<<10)
	line := f.jsonLine(buf)
	if f.csv {
		var err error
		if line, err = f.csvLine(buf); err != nil {
			return 0, err
		}
	}
	n := 0
	for page := f.page; ; {
		for _, e := range page.Events {
			if err := line(e); err != nil {
				return n, err
			}
			n++
		}
		if err := buf.Flush(); err != nil || page.Next.ID == "" {
			return n, err
		}
		var err error
		if page, err = f.next(ctx, page.Next); err != nil {
			return n, err
		}
	}
}

func (f eventFile) jsonLine(w *bufio.Writer) func(store.StoredEvent) error {
	var line bytes.Buffer
	return func(e store.StoredEvent) error {
		line.Reset()
		if err := json.Compact(&line, e.Raw); err != nil {
			return err
		}
		line.WriteByte('\n')
		_, err := line.WriteTo(w)
		return err
	}
}

func (f eventFile) csvLine(w io.Writer) (func(store.StoredEvent) error, error) {
	out := csv.NewWriter(w)
	head := []string{
		"published", "eventType", "severity", "outcome", "reason", "actor", "actorName", "actorId", "targets", "targetIds", "ip", "city", "country", "userAgent",
		"message", "transactionId", "sessionId", "source", "uuid",
	}
	line := func(fields []string) error {
		for i, v := range fields {
			fields[i] = sheet.Cell(v)
		}
		if err := out.Write(fields); err != nil {
			return err
		}
		out.Flush()
		return out.Error()
	}
	return func(e store.StoredEvent) error {
		var names, ids []string
		for _, t := range e.Targets() {
			names, ids = append(names, nameOf(t)), append(ids, t.ID)
		}
		return line([]string{
			e.Published.Format(time.RFC3339Nano), e.Type, e.Severity, e.Outcome, e.Reason, e.Actor.AlternateID, e.Actor.DisplayName, e.Actor.ID,
			strings.Join(names, "; "), strings.Join(ids, "; "), e.IP, e.Text("client.geographicalContext.city"), e.Text("client.geographicalContext.country"),
			e.Text("client.userAgent.rawUserAgent"), e.Message, e.TransactionID, e.SessionID, f.sources[e.Source], e.UUID,
		})
	}, line(head)
}

func nameOf(e event.Entity) string { return cmp.Or(e.AlternateID, e.DisplayName, e.ID) }
