package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// scimClients is how many clients ask at once.
const scimClients = 8

// scim has an identity provider push users, look them up, list and change them, each
// with its entry in the audit log.
func (b bench) scim(ctx context.Context) error {
	for name, dsn := range map[string]string{"SQLite": "", "PostgreSQL": b.postgres} {
		if name != "SQLite" && dsn == "" || b.on != "" && !strings.EqualFold(b.on, name) {
			continue
		}
		if err := b.scimOn(ctx, name, dsn); err != nil {
			return fmt.Errorf("on %s: %w", name, err)
		}
	}
	return nil
}

func (b bench) scimOn(ctx context.Context, name, dsn string) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	drop := func() {}
	if dsn != "" {
		if dsn, drop, err = empty(ctx, dsn); err != nil {
			return err
		}
	}
	defer drop()
	v, err := b.serve(ctx, dir, dsn, "scim_rate: 1000000")
	if err != nil {
		return err
	}
	defer v.kill()
	var key struct {
		Secret string `json:"secret"`
	}
	if err := v.api.do(ctx, http.MethodPost, "/scim/secret", `{}`, &key); err != nil {
		return err
	}
	p := &pusher{base: v.base + "/scim/v2", secret: key.Secret, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: scimClients}}}
	defer p.http.CloseIdleConnections()
	n := b.users
	b.say("SCIM on %s, %d users, %d clients; the server has %d MB at first", name, n, scimClients, v.memory()/1_000_000)
	ids := make([]string, min(n, 1000))
	var group made
	for _, m := range []struct {
		what string
		n    int
		do   func(ctx context.Context, i int) error
	}{
		{"create", n, func(ctx context.Context, i int) error { return p.create(ctx, i, ids) }},
		{"look-up by userName", 20_000, func(ctx context.Context, i int) error {
			return p.ask(ctx, 200, http.MethodGet, "/Users?filter="+url.QueryEscape(fmt.Sprintf(`userName eq "u%d@x.example"`, i*7919%n))+"&startIndex=1&count=100", "", nil)
		}},
		{"page of 100, the first thousand", 2000, func(ctx context.Context, i int) error {
			return p.ask(ctx, 200, http.MethodGet, fmt.Sprintf("/Users?startIndex=%d&count=100", 1+100*(i%10)), "", nil)
		}},
		{"page of 100, anywhere", 2000, func(ctx context.Context, i int) error {
			return p.ask(ctx, 200, http.MethodGet, fmt.Sprintf("/Users?startIndex=%d&count=100", 1+i*791_900%n), "", nil)
		}},
		{"filter by e-mail address", 5000, func(ctx context.Context, i int) error {
			return p.ask(ctx, 200, http.MethodGet, "/Users?filter="+url.QueryEscape(fmt.Sprintf(`emails.value eq "u%d@x.example" and active eq true`, i*7919%n)), "", nil)
		}},
		{"filter that looks at all", 8, func(ctx context.Context, i int) error {
			return p.ask(ctx, 200, http.MethodGet, "/Users?filter="+url.QueryEscape(fmt.Sprintf(`name.familyName eq "F%d" and not (locale eq "de-DE")`, i*7919%n)), "", nil)
		}},
		{"PUT of a profile", 5000, func(ctx context.Context, i int) error {
			return p.ask(ctx, 200, http.MethodPut, "/Users/"+ids[i%len(ids)], pushedUser(i%len(ids), fmt.Sprintf("H%d", i), true), nil)
		}},
		{"PATCH, inactive", len(ids), func(ctx context.Context, i int) error {
			return p.ask(ctx, 204, http.MethodPatch, "/Users/"+ids[i], patchOf(`{"op":"replace","value":{"active":false}}`), nil)
		}},
		{"PATCH, active again", len(ids), func(ctx context.Context, i int) error {
			return p.ask(ctx, 204, http.MethodPatch, "/Users/"+ids[i], patchOf(`{"op":"replace","value":{"active":true}}`), nil)
		}},
		{"a group", 1, func(ctx context.Context, _ int) error {
			return p.ask(ctx, 201, http.MethodPost, "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Everybody"}`, &group)
		}},
		{"PATCH, a member into a group", len(ids), func(ctx context.Context, i int) error {
			return p.ask(ctx, 204, http.MethodPatch, "/Groups/"+group.ID, patchOf(`{"op":"add","path":"members","value":[{"value":"`+ids[i]+`"}]}`), nil)
		}},
	} {
		if err := b.timed(ctx, v, m.what, m.n, m.do); err != nil {
			return err
		}
	}
	return nil
}

// timed has n things done by some clients at once, and says how that went.
func (b bench) timed(ctx context.Context, v *server, what string, n int, do func(ctx context.Context, i int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	took, failed := make([]time.Duration, n), make([]error, scimClients)
	before, began := v.cpu(), time.Now()
	for c := range scimClients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed[c] == nil; i = int(next.Add(1)) - 1 {
				at := time.Now()
				failed[c] = do(ctx, i)
				took[i] = time.Since(at)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	all := time.Since(began)
	slices.Sort(took)
	b.say("  %-32s %8.0f/s  p50 %6.1f ms  p99 %6.1f ms  server: %.2f ms of CPU each, %d MB", what, float64(n)/all.Seconds(), ms(took[n/2]), ms(took[n*99/100]),
		ms(v.cpuSince(before))/float64(n), v.memory()/1_000_000)
	return nil
}

// pusher is an identity provider.
type pusher struct {
	base, secret string
	http         *http.Client
}

// made is what the server calls a record.
type made struct {
	ID string `json:"id"`
}

func (p *pusher) create(ctx context.Context, i int, ids []string) error {
	var made made
	err := p.ask(ctx, 201, http.MethodPost, "/Users", pushedUser(i, "G", true), &made)
	if i < len(ids) {
		ids[i] = made.ID
	}
	return err
}

func (p *pusher) ask(ctx context.Context, status int, method, path, body string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.secret)
	req.Header.Set("User-Agent", "Okta SCIM Client 1.0.0")
	resp, err := p.http.Do(req)
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return err
	}
	if resp.StatusCode != status {
		return fmt.Errorf("%s %s: %s: %.300s", method, path, resp.Status, raw)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}

func pushedUser(i int, given string, active bool) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u%[1]d@x.example","name":{"givenName":%[2]q,"familyName":"F%[1]d"},
"emails":[{"primary":true,"value":"u%[1]d@x.example","type":"work"}],"displayName":"%[2]s F%[1]d","locale":"en-US","externalId":"00u%[1]d","groups":[],"password":"x","active":%[3]t}`, i, given, active)
}

func patchOf(op string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + op + `]}`
}
