package auth0

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// streamTries is how often a delivery is tried before the entry waits for the
// next one.
const streamTries = 3

// categoryOf returns the category by which log streams choose entries; empty
// for entries that belong to none.
func categoryOf(kind string) string {
	for category, kinds := range map[string][]string{
		"auth.login.success": {"s", "ssa"}, "auth.login.fail": {"f", "fp", "fu", "fsa"}, "auth.signup.success": {"ss"}, "auth.logout.success": {"slo"},
		"auth.login.notification":     {"limit_wc", "limit_mu", "pwd_leak"},
		"auth.token_exchange.success": {"seccft", "sepft", "seacft"}, "auth.token_exchange.fail": {"feccft", "fepft", "feacft"},
		"management.success": {"sapi", "mgmt_api_read"}, "management.fail": {"fapi"}, "user.success": {"sdu", "scp", "scu"}, "user.notification": {"ublkdu"},
		"system.notification": {"api_limit"}, "actions": {"actions_execution_failed"},
	} {
		if slices.Contains(kinds, kind) {
			return category
		}
	}
	return ""
}

// stream hands a log entry to the streams that are to have it. The caller
// holds the lock.
func (t *Tenant) stream(entry doc) {
	for _, s := range t.shelves["/log-streams"].items {
		if s["type"] != "http" || s["status"] != "active" {
			continue
		}
		filters, _ := s["filters"].([]any)
		chosen := slices.ContainsFunc(filters, func(f any) bool {
			d, _ := f.(doc)
			return str(d, "name") == categoryOf(str(entry, "type"))
		})
		if len(filters) > 0 && !chosen {
			continue
		}
		sink, id := sub(s, "sink"), str(s, "id")
		body := streamBody(str(sink, "httpContentFormat"), doc{"log_id": entry["log_id"], "data": entry})
		header := http.Header{"Content-Type": {str(sink, "httpContentType")}}
		if a := str(sink, "httpAuthorization"); a != "" {
			header.Set("Authorization", a)
		}
		headers, _ := sink["httpCustomHeaders"].([]any)
		for _, h := range headers {
			d, _ := h.(doc)
			header.Set(str(d, "header"), str(d, "value"))
		}
		t.spawn(func() { t.deliver(id, str(sink, "httpEndpoint"), header, body) })
	}
}

// streamBody writes an entry in the format of a stream.
func streamBody(format string, entry doc) []byte {
	var of any = entry
	if format == "JSONARRAY" {
		of = []any{entry}
	}
	b, err := json.Marshal(of)
	if err != nil {
		return nil
	}
	if format == "JSONLINES" {
		b = append(b, '\n')
	}
	return b
}

// deliver sends a delivery, again when it is not taken.
func (t *Tenant) deliver(id, to string, header http.Header, body []byte) {
	for try := range streamTries {
		if try > 0 {
			select {
			case <-t.ctx.Done():
				return
			case <-time.After(time.Duration(try) * 200 * time.Millisecond):
			}
		}
		err := t.send(to, header, body)
		if err == nil {
			return
		}
		t.log.DebugContext(t.ctx, "log stream was not taken", "stream", id, "try", try+1, "err", err)
	}
}

func (t *Tenant) send(to string, header http.Header, body []byte) error {
	ctx, cancel := context.WithTimeout(t.ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSpace(to), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	req.Header = header.Clone()
	resp, err := t.opt.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("send it: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answered %d", resp.StatusCode)
	}
	return nil
}
