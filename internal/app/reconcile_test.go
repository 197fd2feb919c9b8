package app_test

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sallyport/sandbox"
	"sallyport/sandbox/okta"
)

// differs is a row of the report.
type differs struct{ What, Email string }

// planted makes some of everybody differ between Okta and Auth0, and returns what
// the report has to say, and the ids of nobody twice.
func (c *company) planted(each int) []differs {
	c.t.Helper()
	all := c.box.Org().UsersAfter("", 1_000_000)
	accounts := map[string]string{} // ids in Auth0 by address
	for page, after := 0, "*"; ; page++ {
		var got []struct {
			ID      string `json:"user_id"`
			Email   string
			Created string `json:"created_at"`
		}
		c.manage(http.MethodGet, "/users?per_page=100&sort=created_at%3A1&fields=user_id,email,created_at&q="+url.QueryEscape("created_at:["+after+" TO *]"), nil, &got)
		for _, u := range got {
			accounts[u.Email] = u.ID
		}
		if len(got) < 100 {
			break
		}
		after = got[len(got)-1].Created
	}
	var want []differs
	known := map[string]bool{}
	next := 0
	for _, u := range all {
		email := strings.ToLower(u.Email)
		account := accounts[email]
		if known[email] = true; account == "" || len(u.AdminRoles) > 0 || slices.Contains(u.Groups, "Break glass") || u.Status != okta.Active || next >= 6*each {
			want = c.standing(want, u, email, account)
			continue
		}
		kind := next % 6
		next++
		at := "/users/" + url.PathEscape(account)
		mark := object{"user_metadata": object{"okta": object{"deactivated": "true"}}}
		switch kind {
		case 0:
			c.leave(person{ID: u.ID})
			want = append(want, differs{"deactivated at Okta, neither blocked nor marked at Auth0", email})
		case 1: // as it is to be
			c.leave(person{ID: u.ID})
			c.manage(http.MethodPatch, at, mark, nil)
		case 2:
			c.manage(http.MethodPatch, at, object{"blocked": true}, nil)
			want = append(want, differs{"active at Okta, blocked at Auth0", email})
		case 3:
			c.manage(http.MethodPatch, at, mark, nil)
			want = append(want, differs{"active at Okta, marked at Auth0", email})
		case 4:
			c.manage(http.MethodDelete, at, nil, nil)
			want = append(want, differs{"not at Auth0", email})
		case 5:
			c.okta(http.MethodPost, "/api/v1/users/"+u.ID+"/lifecycle/suspend", nil)
			want = append(want, differs{"suspended at Okta, neither blocked nor marked at Auth0", email})
		}
	}
	for email := range accounts {
		if !known[email] {
			want = append(want, differs{"not at Okta", email})
		}
	}
	return want
}

// standing adds how somebody differs to whom nothing was done.
func (c *company) standing(want []differs, u okta.UserState, email, account string) []differs {
	switch {
	case u.Status == okta.Active && account == "" && strings.Contains(email, "@"):
		return append(want, differs{"not at Auth0", email})
	case u.Status == okta.Deprovisioned && account != "":
		return append(want, differs{"deactivated at Okta, neither blocked nor marked at Auth0", email})
	case u.Status == okta.Suspended && account != "":
		return append(want, differs{"suspended at Okta, neither blocked nor marked at Auth0", email})
	}
	return want
}

// found are the rows of the report.
func (c *company) found() (out []differs) {
	c.t.Helper()
	id := c.tableOf("Differences of Okta and Auth0")
	for cursor := ""; ; {
		var page struct {
			Items []struct{ Values struct{ What, Email string } }
			Next  string
		}
		c.api.ask(0, http.MethodGet, "/api/v1/tables/"+id+"/rows?limit=200&cursor="+url.QueryEscape(cursor), nil, &page)
		for _, r := range page.Items {
			out = append(out, differs(r.Values))
		}
		if cursor = page.Next; cursor == "" {
			return out
		}
	}
}

func (c *company) tableOf(title string) string {
	c.t.Helper()
	var tables []struct{ ID, Title string }
	c.api.ask(0, http.MethodGet, "/api/v1/tables", nil, &tables)
	for _, t := range tables {
		if t.Title == title {
			return t.ID
		}
	}
	c.t.Fatalf("there is no table %q", title)
	return ""
}

// The nightly comparison finds everybody who differs and nobody else, however many
// there are, with one call for many of them, within the rate limits of both. With
// RECONCILE_USERS there are so many people, and it says what that took.
func TestReconciliationFindsWhatDiffers(t *testing.T) {
	users, each := 130, 2
	if s := os.Getenv("RECONCILE_USERS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 130 {
			t.Fatalf("RECONCILE_USERS: a number from 130 on is wanted, not %q", s)
		}
		users, each = n, max(2, n/1000)
	}
	large := users > 1000
	c := startCompany(t, sandbox.Options{Users: users, Accounts: users})
	s := c.box.Switches()
	s.Auth0.RateScale = 1000 // of the limits of a tenant that costs nothing; for what the test itself does
	if err := c.box.SetSwitches(s); err != nil {
		t.Fatal(err)
	}
	want := c.planted(each)
	s.RateLimits, s.Auth0.RateLimits, s.Auth0.RateScale = true, true, 10
	if large {
		s.Auth0.RateScale = 100
	}
	if err := c.box.SetSwitches(s); err != nil {
		t.Fatal(err)
	}
	c.pass(2 * time.Minute) // of the windows that were counted by other limits nothing is left
	c.conns["chat"] = c.seeded.Connect["slack"]
	c.template("auth0_reconciliation", "Okta and Auth0 Compared", nil)
	before := calls(c)
	heap, began := ours(), time.Now()
	held := []int64{heap}
	var run struct{ ID string }
	if status := c.api.ask(0, http.MethodPost, "/api/v1/flows/"+c.flow+"/run", object{}, &run); status >= 300 {
		t.Fatalf("started with %d", status)
	}
	progress := map[float64]bool{}
	comparisons := c.tableOf("Comparisons of Okta and Auth0")
	for {
		var is told
		c.api.ask(0, http.MethodGet, "/api/v1/runs/"+run.ID, nil, &is)
		var rows struct {
			Items []struct{ Values map[string]any }
		}
		c.api.ask(0, http.MethodGet, "/api/v1/tables/"+comparisons+"/rows", nil, &rows)
		if len(rows.Items) > 0 {
			n, _ := rows.Items[0].Values["Of Auth0"].(float64)
			progress[n] = true
		}
		if is.State == "succeeded" {
			break
		}
		if is.State == "failed" || is.State == "stopped" || time.Since(began) > 3*time.Hour || !large && time.Since(began) > time.Minute {
			t.Fatalf("the run is %+v after %v", is, progress)
		}
		if large {
			held = append(held, ours())
			pause(5 * time.Second)
		} else {
			pause(30 * time.Millisecond)
		}
	}
	took, asked := time.Since(began), calls(c)
	got := c.found()
	byBoth := func(a, b differs) int {
		return cmp.Or(strings.Compare(a.Email, b.Email), strings.Compare(a.What, b.What))
	}
	slices.SortFunc(got, byBoth)
	slices.SortFunc(want, byBoth)
	if !slices.Equal(got, want) {
		t.Errorf("%d differences are found, want %d:\n%v\n%v", len(got), len(want), cut(got), cut(want))
	}
	for _, service := range []string{"okta", "auth0"} {
		if n := asked[service+" refused"] - before[service+" refused"]; n > 0 {
			t.Errorf("%s refused %d calls", service, n)
		}
	}
	if large && len(progress) < 10 {
		t.Errorf("its progress was %v", progress)
	}
	t.Logf("%d people of each, %d differences: %s; %d calls of Okta, %d of Auth0; %d MB of live heap at first, %d MB at most",
		users, len(got), took.Round(time.Millisecond), asked["okta"]-before["okta"], asked["auth0"]-before["auth0"], heap>>20, slices.Max(held)>>20)
	if large {
		c.constant(held)
	}
}

// constant holds that memory does not grow while the comparison goes on. A sample
// has what was being worked at when it was taken, too, so of each fifth of the time
// the smallest counts; the first fifth has what is made once.
func (c *company) constant(held []int64) {
	c.t.Helper()
	var low []int64
	for i := range 5 {
		low = append(low, slices.Min(held[i*len(held)/5:max(i*len(held)/5+1, (i+1)*len(held)/5)])>>20)
	}
	c.t.Logf("the least that was held in each fifth of the time: %d MB", low)
	if grown := slices.Max(low[1:]) - low[1]; grown > 16 {
		c.t.Errorf("the live heap grew by %d MB: it is to hold a page at a time", grown)
	}
}

// ours is how many bytes of the live heap the program holds, and not the simulated
// company in the same process: what was not asked for by its code, and is not of the
// requests that it keeps a log of. It is estimated from samples, as the heap profile
// is.
func ours() (bytes int64) {
	runtime.GC()
	runtime.GC() // a profile is of the collection before the last
	all := make([]runtime.MemProfileRecord, 1<<15)
	n, ok := runtime.MemProfile(all, false)
	for !ok {
		all = make([]runtime.MemProfileRecord, 2*n)
		n, ok = runtime.MemProfile(all, false)
	}
	for _, r := range all[:n] {
		if objects := r.InUseObjects(); objects > 0 && !simulated(r.Stack()) {
			size := float64(r.InUseBytes()) / float64(objects)
			bytes += int64(float64(r.InUseBytes()) / (1 - math.Exp(-size/float64(runtime.MemProfileRate))))
		}
	}
	return bytes
}

// simulated reports whether code of the sandbox is on a stack, or a request is read.
func simulated(stack []uintptr) bool {
	frames := runtime.CallersFrames(stack)
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "sallyport/sandbox") || f.Function == "net/http.(*conn).readRequest" {
			return true
		}
		if !more {
			return false
		}
	}
}

// calls counts what both were asked so far, and what of it they refused for the rate.
func calls(c *company) map[string]int {
	c.t.Helper()
	out := map[string]int{}
	for _, service := range []string{"okta", "auth0"} {
		var list []struct {
			Seq    int
			Status int
		}
		c.control(http.MethodGet, "/requests?service="+service, nil, &list)
		for _, r := range list {
			out[service]++
			if r.Status == http.StatusTooManyRequests {
				out[service+" refused"]++
			}
		}
	}
	return out
}

func cut(all []differs) string {
	const most = 40
	if len(all) > most {
		return fmt.Sprint(all[:most], " …")
	}
	return fmt.Sprint(all)
}
