package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// reported is the event that the demo's flow starts by.
const reported = "user.account.report_suspicious_activity_by_enduser"

// latency starts a demo and has people report suspicious activity at a rate. It
// measures from the hook's POST to the arrival of the first call that contains
// the account, by the sandbox's clock.
func (b bench) latency(ctx context.Context) error {
	people := int(b.rate)*b.seconds*2 + 100
	cmd := exec.CommandContext(ctx, b.bin, "demo", "--listen", "127.0.0.1:0", "--json", "--users", fmt.Sprint(people)) //nolint:gosec // the program that was named
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the demo did not start: %w", err)
	}
	b.say("demo of %d people ready after %d ms", people, time.Since(began).Milliseconds())
	var d struct{ API, Token, Sandbox string }
	if err := json.Unmarshal(line, &d); err != nil {
		return err
	}
	server, box := control{base: d.API, token: d.Token}, control{base: d.Sandbox + "/_sandbox"}
	// So many changes an hour are what the guard is there to stop.
	if err := server.raiseCeiling(ctx); err != nil {
		return err
	}
	if err := box.post(ctx, "/switches", `{"slack":{"rate_limits":false}}`); err != nil {
		return err
	}
	victims, err := box.victims(ctx, int(b.rate)*b.seconds)
	if err != nil {
		return err
	}
	if err := b.incidents(ctx, box, victims); err != nil {
		return err
	}
	return b.report(ctx, box, victims)
}

// incidents has one victim after another report suspicious activity.
func (b bench) incidents(ctx context.Context, box control, victims []victim) error {
	tick := time.NewTicker(time.Duration(float64(time.Second) / b.rate))
	defer tick.Stop()
	for _, v := range victims {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := box.post(ctx, "/scenarios/report_suspicious_activity", fmt.Sprintf(`{"user":%q}`, v.Login)); err != nil {
			return err
		}
	}
	settle := time.NewTimer(3 * time.Second)
	defer settle.Stop()
	select {
	case <-settle.C:
	case <-ctx.Done():
	}
	return nil
}

func (b bench) report(ctx context.Context, box control, victims []victim) error {
	hooks, err := box.requests(ctx, "hooks", "POST", "")
	if err != nil {
		return err
	}
	calls, err := box.requests(ctx, "okta", "DELETE", "/api/v1/users/*/sessions")
	if err != nil {
		return err
	}
	posted, contained := map[string]time.Time{}, map[string]time.Time{}
	for _, h := range hooks {
		for _, v := range victims {
			if strings.Contains(h.Body, reported) && strings.Contains(h.Body, v.ID) {
				posted[v.ID] = h.Time
			}
		}
	}
	for _, c := range calls {
		id := strings.Split(c.Path, "/")[4]
		if _, ok := contained[id]; !ok {
			contained[id] = c.Time
		}
	}
	var took []time.Duration
	for id, at := range posted {
		if c, ok := contained[id]; ok {
			took = append(took, c.Sub(at))
		}
	}
	slices.Sort(took)
	if len(took) == 0 {
		return fmt.Errorf("of %d incidents none was contained", len(victims))
	}
	b.say("hook path at %g incidents/s for %d s: %d of %d contained; hook's POST to first containing call p50 %.1f ms, p99 %.1f ms, at most %.1f ms",
		b.rate, b.seconds, len(took), len(victims), ms(took[len(took)/2]), ms(took[len(took)*99/100]), ms(took[len(took)-1]))
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// control is the sandbox's control API, or the server's.
type control struct {
	base, token string
	cookie      *http.Cookie // in place of a token
}

func (c control) raiseCeiling(ctx context.Context) error {
	var policy map[string]any
	if err := c.get(ctx, "/guard/policy", &policy); err != nil {
		return err
	}
	policy["ceiling"] = 1_000_000
	body, err := json.Marshal(policy)
	if err != nil {
		return err
	}
	return c.do(ctx, http.MethodPut, "/guard/policy", string(body), nil)
}

type victim struct {
	ID, Login  string
	Sessions   int
	Groups     []string
	AdminRoles []string `json:"admin_roles"`
}

func (c control) victims(ctx context.Context, n int) ([]victim, error) {
	var all []victim
	if err := c.get(ctx, "/users?status=ACTIVE&limit=100000", &all); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(v victim) bool { return len(v.AdminRoles) > 0 })
	if len(all) < n {
		return nil, fmt.Errorf("only %d people can be victims, %d are wanted", len(all), n)
	}
	return all[:n], nil
}

type request struct {
	Time time.Time
	Path string
	Body string
}

func (c control) requests(ctx context.Context, service, method, path string) ([]request, error) {
	var out []request
	q := url.Values{"service": {service}, "method": {method}, "limit": {"100000"}}
	if path != "" {
		q.Set("path", path)
	}
	return out, c.get(ctx, "/requests?"+q.Encode(), &out)
}

func (c control) get(ctx context.Context, path string, into any) error {
	return c.do(ctx, http.MethodGet, path, "", into)
}

func (c control) post(ctx context.Context, path, body string) error {
	return c.do(ctx, http.MethodPost, path, body, nil)
}

func (c control) do(ctx context.Context, method, path, body string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.cookie != nil {
		req.AddCookie(c.cookie)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: status %d: %.200s", method, path, resp.StatusCode, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}
