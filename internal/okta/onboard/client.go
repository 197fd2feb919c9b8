package onboard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/okta"
	"sallyport/internal/secret"
)

const (
	// oneCall bounds one request, in time.
	oneCall = 30 * time.Second
	// maxAnswer bounds an answer, in bytes.
	maxAnswer = 8 << 20
	// maxTries bounds how often a request is made that may be made again.
	maxTries = 4
	// maxWait bounds how long is waited for a rate limit: Okta's are by the minute.
	maxWait = 70 * time.Second
)

// client asks Okta's API by the lent token.
type client struct {
	base  string
	token secret.Text
	http  *http.Client
	pause func(context.Context, time.Duration) error
	tell  func(p Phase, format string, args ...any)
	told  func(what string) // of what was taken back
}

func (s *Setup) client() *client {
	return &client{base: s.Org, token: s.Token, http: s.HTTP, pause: s.Pause, tell: s.tell, told: func(string) {}}
}

// call makes a request and reads what it answers into out, unless that is nil. A
// refusal is an [okta.ResponseError]. What the rate limit refuses is made again
// when that allows it, and what reads or removes where no answer came.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	var text []byte
	if in != nil {
		var err error
		if text, err = json.Marshal(in); err != nil {
			return err
		}
	}
	var last error
	for try := range maxTries {
		a, err := c.once(ctx, method, path, text)
		wait := time.Duration(0)
		switch {
		case err == nil && a.Status < 300:
			return decoded(a, method, path, out)
		case err == nil && a.Status == http.StatusTooManyRequests:
			last, wait = c.refusal(a, method, path), untilReset(a.Header)
			c.tell(PhaseWait, "wait %s for Okta's rate limit", wait)
		case method != http.MethodGet && method != http.MethodDelete, ctx.Err() != nil:
			return c.either(a, err, method, path)
		case err == nil && a.Status < 500:
			return c.refusal(a, method, path)
		default:
			last, wait = c.either(a, err, method, path), time.Duration(try+1)*time.Second
		}
		if try+1 == maxTries {
			break
		}
		if err := c.pause(ctx, wait); err != nil {
			return errors.Join(last, err)
		}
	}
	return last
}

func (c *client) either(a okta.Answer, err error, method, path string) error {
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return c.refusal(a, method, path)
}

// refusal returns what an answer refuses, without the token if it repeats it.
func (c *client) refusal(a okta.Answer, method, path string) error {
	e := okta.ErrorOf(a)
	scrub := secret.NewScrubber(c.token.Reveal())
	e.Summary = scrub.Text(e.Summary)
	for i := range e.Causes {
		e.Causes[i] = scrub.Text(e.Causes[i])
	}
	if len(e.Causes) > 0 {
		return fmt.Errorf("%s %s: %w: %s", method, path, e, strings.Join(e.Causes, "; "))
	}
	return fmt.Errorf("%s %s: %w", method, path, e)
}

func decoded(a okta.Answer, method, path string, out any) error {
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return fmt.Errorf("%s %s: the answer is not what Okta's API describes: %w", method, path, err)
	}
	return nil
}

func (c *client) once(ctx context.Context, method, path string, in []byte) (okta.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, oneCall)
	defer cancel()
	var body io.Reader
	if in != nil {
		body = bytes.NewReader(in)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return okta.Answer{}, err
	}
	req.Header.Set("Authorization", "SSWS "+c.token.Reveal())
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return send(c.http, req)
}

// send makes a request and reads all of its answer.
func send(h *http.Client, req *http.Request) (okta.Answer, error) {
	resp, err := h.Do(req)
	if err != nil {
		return okta.Answer{}, err
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return okta.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, err
}

// untilReset is how long Okta's rate limit lasts, by Okta's own clock.
func untilReset(h http.Header) time.Duration {
	at, err := strconv.ParseInt(h.Get("X-Rate-Limit-Reset"), 10, 64)
	now, errDate := http.ParseTime(h.Get("Date"))
	if err != nil || errDate != nil {
		return 10 * time.Second
	}
	return min(max(time.Unix(at, 0).Sub(now)+time.Second, time.Second), maxWait)
}

// refused returns the refusal that an error is.
func refused(err error) (*okta.ResponseError, bool) {
	return errors.AsType[*okta.ResponseError](err)
}

// isStatus reports whether an error is a refusal of one of some statuses.
func isStatus(err error, statuses ...int) bool {
	e, ok := refused(err)
	return ok && slices.Contains(statuses, e.Status)
}

// undecided reports whether it is not known if a request had its effect: no
// answer came, or one that says nothing of it.
func undecided(err error) bool {
	e, ok := refused(err)
	return !ok || e.Status >= 500
}

// said is a refusal as Okta words it, with what is wrong with which field.
func said(err error) string {
	e, ok := refused(err)
	if !ok {
		return err.Error()
	}
	if len(e.Causes) == 0 {
		return e.Error()
	}
	return e.Error() + ": " + strings.Join(e.Causes, "; ")
}
