package api

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/portal"
	"sallyport/internal/rule"
	"sallyport/internal/sheet"
	"sallyport/internal/store"
)

var _ = add("GET /api/v1/alerts/csv", portal.AlertsRead, doc{
	Summary: "All alerts that a filter leaves, as CSV, the newest first", Gives: "text/csv", Long: true, Help: "If the file breaks off, so does the connection.",
}, exportAlerts)

type exportAlertsIn struct{ alertFilter }

// alertFile is the alerts that a filter leaves, as a file.
type alertFile struct {
	name  string
	base  string // of their addresses
	page  []Alert
	after store.Place
	next  func(ctx context.Context, after store.Place) ([]Alert, store.Place, error)
	ended func(alerts int)
}

func exportAlerts(ctx context.Context, d Deps, c portal.Caller, in exportAlertsIn) (alertFile, error) {
	f := in.filter(d, c)
	f.Limit = exportPage
	out := alertFile{
		name: fmt.Sprintf("alerts-%s-%s.csv", c.Org.Slug, d.Now().UTC().Format("20060102-150405")),
		base: d.BaseURL + "/alerts/",
		next: func(ctx context.Context, after store.Place) ([]Alert, store.Place, error) {
			f.After = after
			as, err := d.DB.Alerts.List(ctx, c.Org.ID, f)
			if err != nil || len(as) == 0 {
				return nil, store.Place{}, err
			}
			s, err := newAlertShower(ctx, d, c, as)
			last := as[len(as)-1]
			return each(as, s.alert), store.Place{At: last.CreatedAt, ID: last.ID}, err
		},
		ended: func(alerts int) {
			d.Log.InfoContext(ctx, "alerts exported", "organization", c.Org.Slug, "account", c.Account.Email, "token", c.Token.ID, "alerts", alerts)
		},
	}
	var err error
	out.page, out.after, err = out.next(ctx, store.Place{})
	return out, err
}

func (f alertFile) answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	n, err := f.write(r.Context(), w)
	f.ended(n)
	if err != nil {
		panic(http.ErrAbortHandler) // a part of the file is sent: only a broken connection says so
	}
}

// write writes the file, and returns how many alerts it wrote.
func (f alertFile) write(ctx context.Context, w io.Writer) (int, error) {
	buf := bufio.NewWriterSize(w, 64<<10)
	out := csv.NewWriter(buf)
	if err := out.Write(alertColumns()); err != nil {
		return 0, err
	}
	n := 0
	for page, after := f.page, f.after; ; {
		for _, a := range page {
			if err := out.Write(each(alertCells(a, f.base), sheet.Cell)); err != nil {
				return n, err
			}
			n++
		}
		out.Flush()
		if err := out.Error(); err != nil {
			return n, err
		}
		if err := buf.Flush(); err != nil || len(page) < exportPage {
			return n, err
		}
		var err error
		if page, after, err = f.next(ctx, after); err != nil {
			return n, err
		}
	}
}

func alertColumns() []string {
	return []string{
		"number", "createdAt", "severity", "state", "verdict", "title", "rule", "type", "entityKind", "entity", "entityName", "entityId", "assignee", "hits", "events", "risk",
		"firstAt", "lastAt", "ackedAt", "closedAt", "dueAt", "overdue", "case", "tactics", "techniques", "note", "id", "url",
	}
}

func alertCells(a Alert, base string) []string {
	assignee, filed := "", ""
	if a.Assignee != nil {
		assignee = a.Assignee.Name
	}
	if a.Case != nil {
		filed = a.Case.Name
	}
	tagged := rule.Rule{Tags: a.Tags}
	return []string{
		strconv.FormatInt(a.Number, 10), stamp(a.CreatedAt), string(a.Severity), string(a.State), string(a.Verdict), a.Title, a.Rule.Name, a.Type, a.Entity.Kind,
		cmp.Or(a.Entity.Login, a.Entity.Name, a.Entity.ID), a.Entity.Name, a.Entity.ID, assignee, strconv.Itoa(a.Hits), strconv.Itoa(a.Events), strconv.Itoa(a.Risk), stamp(a.FirstAt), stamp(a.LastAt),
		stamp(a.AckedAt), stamp(a.ClosedAt), stamp(a.DueAt), strconv.FormatBool(a.Overdue), filed, strings.Join(tagged.Tactics(), "; "), strings.Join(tagged.Techniques(), "; "),
		a.Note, a.ID, base + a.ID,
	}
}

// stamp writes a time for a file; nothing of the zero one.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
