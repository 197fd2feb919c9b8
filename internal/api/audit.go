package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/audit", portal.AuditRead, doc{Summary: "The audit log, the newest first"}, listAudit)
	_ = add("GET /api/v1/audit/ndjson", portal.AuditRead, doc{
		Summary: "All audit entries that a filter leaves, one a line, the newest first", Gives: "application/x-ndjson", Long: true,
		Help: "With the hashes by which the chain is verified. If the file breaks off, so does the connection.",
	}, exportAudit)
	_ = add("GET /api/v1/audit/verify", portal.AuditRead, doc{
		Summary: "Verify the audit log", Long: true, Help: "Every entry is held against its hash and the one before: one that was changed, taken away or put elsewhere is found.",
	}, verifyAudit)
	_ = add("GET /api/v1/audit/stream", portal.AuditRead, doc{Summary: "How sending the audit log to a collector goes"}, getAuditStream)
)

// AuditEntry is one thing that was done, or tried.
type AuditEntry struct {
	Seq       int64         `json:"seq" doc:"its number in the organization's chain"`
	At        time.Time     `json:"at"`
	Actor     string        `json:"actor" doc:"account:ID, token:ID, command line or system"`
	ActorName string        `json:"actorName" doc:"as it was then"`
	Action    string        `json:"action" doc:"such as role.changed; of what has no name of its own, that of the operation"`
	Object    string        `json:"object" doc:"what it was done to, as kind:ID, with spaces between several"`
	Outcome   string        `json:"outcome" doc:"ok, or the kind of the error"`
	Detail    *value.Object `json:"detail"`
	Addr      string        `json:"addr" doc:"where it came from"`
	RequestID string        `json:"requestId"`
	Prev      string        `json:"prev" doc:"hash of the entry before"`
	Hash      string        `json:"hash"`
}

func showAudit(e audit.Entry) AuditEntry {
	detail := &value.Object{}
	if detail.UnmarshalJSON([]byte(e.Detail)) != nil { // it was changed by somebody: verifying says so
		detail = value.Map("unreadable", e.Detail)
	}
	return AuditEntry{e.Seq, e.At, e.Actor, e.ActorName, e.Action, e.Object, e.Outcome, detail, e.Addr, e.Request, e.Prev, e.Hash}
}

type auditFilter struct {
	Actor   string    `query:"actor" doc:"account:ID, token:ID, command line or system"`
	Action  string    `query:"action"`
	Object  string    `query:"object" doc:"kind:ID"`
	Outcome string    `query:"outcome"`
	Q       string    `query:"q" max:"200" doc:"a text in who, what, whereto or the detail"`
	Since   time.Time `query:"since"`
	Until   time.Time `query:"until"`
}

func (f auditFilter) filter(before int64, limit int) store.AuditFilter {
	return store.AuditFilter{
		Actor: f.Actor, Action: f.Action, Object: f.Object, Outcome: f.Outcome, Text: f.Q, From: f.Since, To: f.Until, Before: before, Limit: limit,
	}
}

type listAuditIn struct {
	auditFilter
	paging
}

func listAudit(ctx context.Context, d Deps, c portal.Caller, in listAuditIn) (Page[AuditEntry], error) {
	after, err := in.place()
	before, numErr := int64(0), error(nil)
	if after.ID != "" {
		before, numErr = strconv.ParseInt(after.ID, 10, 64)
	}
	if err == nil && numErr != nil {
		err = badField("cursor", "this is no cursor of this list")
	}
	if err != nil {
		return Page[AuditEntry]{}, err
	}
	rows, err := d.DB.Audit.List(ctx, c.Org.ID, in.filter(before, in.limit()+1))
	return pageOf(rows, in.paging, func(e audit.Entry) store.Place { return store.Place{At: e.At, ID: strconv.FormatInt(e.Seq, 10)} }, showAudit), err
}

type exportAuditIn struct{ auditFilter }

// auditFile is the entries that a filter leaves, as a file.
type auditFile struct {
	name string
	page []audit.Entry
	next func(ctx context.Context, before int64) ([]audit.Entry, error)
}

func exportAudit(ctx context.Context, d Deps, c portal.Caller, in exportAuditIn) (auditFile, error) {
	f := auditFile{
		name: fmt.Sprintf("audit-%s-%s.ndjson", c.Org.Slug, d.Now().UTC().Format("20060102-150405")),
		next: func(ctx context.Context, before int64) ([]audit.Entry, error) {
			return d.DB.Audit.List(ctx, c.Org.ID, in.filter(before, exportPage))
		},
	}
	var err error
	f.page, err = f.next(ctx, 0)
	return f, err
}

func (f auditFile) answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	if err := f.write(r.Context(), w); err != nil {
		panic(http.ErrAbortHandler) // a part of the file is sent: only a broken connection says so
	}
}

func (f auditFile) write(ctx context.Context, w io.Writer) error {
	buf := bufio.NewWriterSize(w, 64<<10)
	out := json.NewEncoder(buf)
	for page := f.page; len(page) > 0; {
		for _, e := range page {
			if err := out.Encode(e.Fields()); err != nil {
				return err
			}
		}
		if err := buf.Flush(); err != nil {
			return err
		}
		if len(page) < exportPage {
			return nil
		}
		var err error
		if page, err = f.next(ctx, page[len(page)-1].Seq); err != nil {
			return err
		}
	}
	return nil
}

// AuditState is what verifying the audit log came to.
type AuditState struct {
	Entries int         `json:"entries" doc:"that are kept and right"`
	From    time.Time   `json:"from,omitzero" doc:"of the first one"`
	To      time.Time   `json:"to,omitzero" doc:"of the last one"`
	Seq     int64       `json:"seq" doc:"of the last entry that was written"`
	Hash    string      `json:"hash" doc:"of the last entry that was written: note it elsewhere, and no part of the log before it can be written anew"`
	Pruned  int64       `json:"pruned" doc:"entries up to this one were deleted for their age"`
	Fault   *AuditFault `json:"fault,omitempty" doc:"the first thing that is wrong; not there where nothing is"`
}

// AuditFault is what is wrong with the audit log.
type AuditFault struct {
	Kind audit.Kind `json:"kind"`
	Seq  int64      `json:"seq"`
	Text string     `json:"text"`
}

func verifyAudit(ctx context.Context, d Deps, c portal.Caller, _ none) (AuditState, error) {
	r, err := d.DB.Audit.Verify(ctx, c.Org.ID)
	out := AuditState{Entries: r.Entries, From: r.From, To: r.To, Seq: r.Head.Seq, Hash: r.Head.Hash, Pruned: r.Head.AnchorSeq}
	if r.Fault != nil {
		out.Fault = &AuditFault{r.Fault.Kind, r.Fault.Seq, r.Fault.Text}
	}
	return out, err
}

// AuditStream is how sending the audit log on goes.
type AuditStream struct {
	Target   string    `json:"target" doc:"the collector; empty where the log is sent nowhere"`
	Waiting  int       `json:"waiting" doc:"entries of the organization that were not sent yet"`
	Error    string    `json:"error,omitempty" doc:"of the last try, by the server that answers"`
	FailedAt time.Time `json:"failedAt,omitzero" doc:"since when it fails"`
	SentAt   time.Time `json:"sentAt,omitzero" doc:"when something was sent last, by the server that answers"`
}

func getAuditStream(ctx context.Context, d Deps, c portal.Caller, _ none) (AuditStream, error) {
	if d.AuditStream == nil {
		return AuditStream{}, nil
	}
	target, s := d.AuditStream.Sender.Target.String(), d.AuditStream.State()
	n, err := d.DB.Audit.Waiting(ctx, target, c.Org.ID)
	return AuditStream{target, n, s.Error, s.FailedAt, s.SentAt}, err
}
