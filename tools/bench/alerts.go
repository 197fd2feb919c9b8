package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sallyport/tools/traffic"
)

// hookBatch is how many events a delivery of the measured hook holds.
const hookBatch = 100

// alerts posts ordinary events to an event hook at a rate, and among them, twice
// a second, a person's report of suspicious activity. It measures from the post
// to when the alert of it can be read, as the console does: told by the stream
// of live messages, then asked for. With an interval of polling the events come
// from the log of a simulated org, and it measures from when Okta dates the report.
func (b bench) alerts(ctx context.Context) error {
	alertsOn := b.alertsOn
	if b.poll > 0 {
		alertsOn = b.polledOn
	}
	if b.on != "postgresql" {
		if err := alertsOn(ctx, "SQLite", ""); err != nil {
			return err
		}
	}
	if b.postgres == "" || b.on == "sqlite" {
		return nil
	}
	dsn, drop, err := empty(ctx, b.postgres)
	if err != nil {
		return err
	}
	defer drop()
	return alertsOn(ctx, "PostgreSQL", dsn)
}

func (b bench) alertsOn(ctx context.Context, name, dsn string) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	v, err := b.serve(ctx, dir, dsn)
	if err != nil {
		return err
	}
	defer v.kill()
	var made struct {
		ID   string
		Hook struct{ URL, Secret string }
	}
	if err := v.api.do(ctx, http.MethodPost, "/sources", `{"name":"Okta","hook":true}`, &made); err != nil {
		return err
	}
	s := &sights{posted: map[string]time.Time{}, seen: map[string]time.Duration{}}
	watch, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	var watched error
	work.Go(func() { watched = v.watchAlerts(watch, func(a seenAlert) { s.see(a.Entity.Login) }) })
	h := hookLoad{url: made.Hook.URL, secret: made.Hook.Secret, s: s, rate: int(b.rate), traffic: traffic.New()}
	cpu := v.cpu()
	began := time.Now()
	early, err := h.run(ctx, time.Duration(b.seconds)*time.Second, func() int { return v.memory() >> 20 })
	took := time.Since(began)
	s.wait(5 * time.Second)
	stop()
	work.Wait()
	if err != nil {
		return err
	}
	if watched != nil && ctx.Err() == nil && len(s.seen) == 0 {
		return watched
	}
	all := s.sorted()
	if len(all) == 0 {
		return fmt.Errorf("of %d reports none became an alert", len(s.posted))
	}
	b.say("alerts on %s: %d events in %.0f s (%.0f/s, %d behind at the end), %.0f µs of CPU an event, memory %d MB early and %d MB at the end; post to alert read p50 %.1f ms, p99 %.1f ms, at most %.1f ms (%d of %d)",
		name, h.sent, took.Seconds(), float64(h.sent)/took.Seconds(), h.behind, float64(v.cpuSince(cpu).Microseconds())/float64(max(1, h.sent)), early, v.memory()>>20,
		ms(all[len(all)/2]), ms(all[len(all)*99/100]), ms(all[len(all)-1]), len(all), len(s.posted))
	return nil
}

// sights are the reports that were posted, by who made them, and how long each
// took to be an alert.
type sights struct {
	mu     sync.Mutex
	posted map[string]time.Time
	seen   map[string]time.Duration
}

func (s *sights) post(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posted[login] = time.Now()
}

func (s *sights) see(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.posted[login]; ok && s.seen[login] == 0 {
		s.seen[login] = time.Since(at)
	}
}

// wait waits until all that was posted was seen, for a time.
func (s *sights) wait(d time.Duration) {
	for began := time.Now(); time.Since(began) < d; time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		done := len(s.seen) == len(s.posted)
		s.mu.Unlock()
		if done {
			return
		}
	}
}

func (s *sights) sorted() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []time.Duration
	for _, d := range s.seen {
		out = append(out, d)
	}
	slices.Sort(out)
	return out
}

// seenAlert is an alert as the API tells it.
type seenAlert struct {
	Type    string
	Entity  struct{ Login string }
	FirstAt time.Time
}

// watchAlerts reads the live messages, and the alerts that they name, each once.
func (v *server) watchAlerts(ctx context.Context, see func(seenAlert)) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.api.base+"/live", nil)
	if err != nil {
		return err
	}
	req.AddCookie(v.api.cookie)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	known, topic := map[string]bool{}, ""
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		line := lines.Text()
		if t, ok := strings.CutPrefix(line, "event: "); ok {
			topic = t
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok || topic != "alert" {
			continue
		}
		var m struct{ ID string }
		if err := json.Unmarshal([]byte(data), &m); err != nil || known[m.ID] {
			continue
		}
		known[m.ID] = true
		var a seenAlert
		if err := v.api.get(ctx, "/alerts/"+m.ID, &a); err != nil {
			return err
		}
		see(a)
	}
	return ctx.Err()
}

// hookLoad posts events as Okta does.
type hookLoad struct {
	url, secret string
	s           *sights
	rate        int
	traffic     traffic.Traffic
	took        func(time.Duration, error) // told of each delivery, from when it was due; nil for nobody

	sent   int
	behind int // events that should have been posted at the end and were not
}

// run posts for a time, four deliveries at a time at most, and returns what
// memory says after a tenth of it.
func (h *hookLoad) run(ctx context.Context, d time.Duration, memory func() int) (early int, err error) {
	type delivery struct {
		body  []byte
		login string
		due   time.Time
	}
	bodies, failed := make(chan delivery), make(chan error, 4)
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for b := range bodies {
				if b.login != "" {
					h.s.post(b.login)
				}
				err := h.deliver(ctx, b.body)
				if h.took != nil {
					h.took(time.Since(b.due), err)
				} else if err != nil {
					select {
					case failed <- err:
					default:
					}
				}
			}
		})
	}
	began := time.Now()
	every := time.Duration(hookBatch) * time.Second / time.Duration(h.rate)
	perSecond := max(1, h.rate/hookBatch)
	for n := 0; ; n++ {
		at := began.Add(time.Duration(n) * every)
		if at.Sub(began) >= d {
			break
		}
		time.Sleep(time.Until(at))
		if time.Since(began) > d { // it cannot keep up
			h.behind = int(d/every)*hookBatch - h.sent
			break
		}
		login := ""
		if n%perSecond == 0 || n%perSecond == perSecond/2 {
			login = "reporter" + strconv.Itoa(n) + "@acme.example"
		}
		select {
		case bodies <- delivery{h.body(n, login), login, at}:
			h.sent += hookBatch
		case err := <-failed:
			close(bodies)
			work.Wait()
			return early, err
		}
		if early == 0 && time.Since(began) > d/10 {
			early = memory()
		}
	}
	close(bodies)
	work.Wait()
	return early, nil
}

// body is a delivery of the events from the n-th batch, published now. With a
// login, one of them is that person's report.
func (h *hookLoad) body(n int, login string) []byte {
	b := []byte(`{"eventType":"com.okta.event_hook","eventTypeVersion":"1.0","cloudEventsVersion":"0.1","source":"https://acme.example/api/v1/eventHooks/who","eventId":"` + strconv.Itoa(n) + `","data":{"events":[`)
	now := []byte(`"published":"` + time.Now().UTC().Format("2006-01-02T15:04:05.000Z") + `"`)
	for i := range hookBatch {
		if i > 0 {
			b = append(b, ',')
		}
		if i == hookBatch/2 && login != "" {
			b = fmt.Appendf(b, `{"uuid":"report-%d","eventType":%q,%s,"severity":"WARN","displayMessage":"User report suspicious activity","actor":{"id":"00ureporter%d","type":"User","alternateId":%q,"displayName":"Reporter"},"outcome":{"result":"SUCCESS"},"target":[{"id":"00ureporter%d","type":"User","alternateId":%q,"displayName":"Reporter"}]}`, n, reported, now, n, login, n, login)
			continue
		}
		from := len(b)
		b = h.traffic.Event(b, n*hookBatch+i)
		at := bytes.Index(b[from:], []byte(`"published":"`))
		copy(b[from+at:], now) // of the same length
	}
	return append(b, `]},"eventTime":"2026-01-01T00:00:00.000Z","contentType":"application/json"}`...)
}

func (h *hookLoad) deliver(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", h.secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the hook answered %s", resp.Status)
	}
	return nil
}
