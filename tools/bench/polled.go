package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// reportsPerSecond is how many people report suspicious activity.
const reportsPerSecond = 2

// simulated is a sandbox: an org with the ordinary life of its people.
type simulated struct {
	cmd  *exec.Cmd
	Okta struct{ URL, Token string }
	box  control
}

// simulate starts a sandbox of so many people.
func (b bench) simulate(ctx context.Context, people int) (*simulated, error) {
	s := &simulated{cmd: exec.CommandContext(ctx, b.bin, "sandbox", "--json", "--users", fmt.Sprint(people), "--traffic", fmt.Sprint(b.rate*60))} //nolint:gosec // the program that was named
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		s.kill()
		return nil, fmt.Errorf("the sandbox did not start: %w", err)
	}
	s.box = control{base: s.Okta.URL + "/_sandbox"}
	return s, s.box.post(ctx, "/switches", `{"rate_scale":100}`)
}

func (s *simulated) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// polledOn measures alerts that come by polling.
func (b bench) polledOn(ctx context.Context, name, dsn string) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	n := reportsPerSecond * b.seconds
	org, err := b.simulate(ctx, 2*n+100)
	if err != nil {
		return err
	}
	defer org.kill()
	victims, err := org.box.victims(ctx, n)
	if err != nil {
		return err
	}
	v, err := b.serve(ctx, dir, dsn, fmt.Sprintf("poll: { least: %s, most: %s }\n", b.poll, b.poll))
	if err != nil {
		return err
	}
	defer v.kill()
	var conn struct{ ID string }
	if err := v.api.do(ctx, http.MethodPost, "/connections", fmt.Sprintf(`{"connector":"okta","name":"Okta","auth":"api_key","settings":{"domain":%q},"secrets":{"api_key":%q}}`, org.Okta.URL, org.Okta.Token), &conn); err != nil {
		return err
	}
	if err := v.api.do(ctx, http.MethodPost, "/sources", fmt.Sprintf(`{"name":"Okta","connection":%q,"poll":true}`, conn.ID), nil); err != nil {
		return err
	}
	took, err := b.reported(ctx, v, org, victims)
	if err != nil {
		return err
	}
	b.say("alerts on %s, polled every %s, %g ordinary events/s: from a report's time in Okta to alert read p50 %.1f ms, p99 %.1f ms, at most %.1f ms (%d of %d); interval + 1 s is %.0f ms",
		name, b.poll, b.rate, ms(took[len(took)/2]), ms(took[len(took)*99/100]), ms(took[len(took)-1]), len(took), n, ms(b.poll+time.Second))
	return nil
}

// reported has one victim after another report suspicious activity, and returns
// how long each report took to be an alert that can be read, shortest first.
func (b bench) reported(ctx context.Context, v *server, org *simulated, victims []victim) ([]time.Duration, error) {
	var mu sync.Mutex
	took := map[string]time.Duration{}
	watch, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	var watched error
	work.Go(func() {
		watched = v.watchAlerts(watch, func(a seenAlert) {
			mu.Lock()
			defer mu.Unlock()
			if a.Type == "okta_suspicious_activity_reported" {
				took[a.Entity.Login] = time.Since(a.FirstAt)
			}
		})
	})
	err := b.tellReports(ctx, org, victims)
	for began := time.Now(); time.Since(began) < b.poll+10*time.Second; time.Sleep(20 * time.Millisecond) {
		mu.Lock()
		all := len(took) == len(victims)
		mu.Unlock()
		if all || err != nil {
			break
		}
	}
	stop()
	work.Wait()
	if err != nil {
		return nil, err
	}
	if len(took) == 0 {
		return nil, fmt.Errorf("of %d reports none became an alert: %w", len(victims), watched)
	}
	var all []time.Duration
	for _, d := range took {
		all = append(all, d)
	}
	slices.Sort(all)
	return all, nil
}

// tellReports has the victims report at an even rate, however long each takes.
func (b bench) tellReports(ctx context.Context, org *simulated, victims []victim) error {
	tick := time.NewTicker(time.Second / reportsPerSecond)
	defer tick.Stop()
	failed := make(chan error, len(victims))
	var work sync.WaitGroup
	for _, who := range victims {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		work.Go(func() {
			failed <- org.box.post(ctx, "/scenarios/report_suspicious_activity", fmt.Sprintf(`{"user":%q}`, who.Login))
		})
	}
	work.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}
