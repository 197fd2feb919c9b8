package api

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
	"sallyport/internal/value"
)

// crowd is how many clients ask at once.
const crowd = 8

// BenchmarkSCIM is what provisioning costs, over sockets, with the audit log, the
// letter and its job in the same transaction. SCIM_USERS says how many users there
// are to be; figures for the manual are made with 100,000.
func BenchmarkSCIM(b *testing.B) {
	users := 2000
	if n, err := strconv.Atoi(os.Getenv("SCIM_USERS")); err == nil {
		users = n
	}
	db := storetest.Open(b)
	if os.Getenv("SCIM_POSTGRES") != "" {
		var err error
		if db, err = store.Open(b.Context(), store.Options{DSN: storetest.Postgres(b)}); err != nil {
			b.Fatal(err)
		}
	}
	x := setupWith(b, func(*bench) *store.DB { return db }, withMail(closed()), func(d *Deps) { d.SCIMRate = 1_000_000 })
	p := &pusher{b: b, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: crowd}}, base: x.url + "/scim/v2"}
	p.secret = x.admin().post("/api/v1/scim/secret", value.Map(), 201).Text("secret")
	b.Cleanup(p.http.CloseIdleConnections)
	began := time.Now()
	p.crowd(users, func(i int) { p.do(201, "POST", "/Users", profileOf(i)) })
	b.Logf("%d users created: %.0f/s", users, float64(users)/time.Since(began).Seconds())
	var next atomic.Int64
	next.Store(int64(users))
	run := func(name string, f func(i int)) {
		b.Run(name, func(b *testing.B) {
			began, before := time.Now(), spent(b)
			p.crowd(b.N, f)
			b.ReportMetric((spent(b)-before).Seconds()*1000/float64(b.N), "ms-cpu/op")
			b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "requests/s")
			b.ReportMetric(resident(), "MB")
		})
	}
	run("create", func(int) { p.do(201, "POST", "/Users", profileOf(int(next.Add(1)))) })
	run("look-up", func(i int) {
		p.do(200, "GET", "/Users?filter="+url.QueryEscape(fmt.Sprintf(`userName eq "u%d@x.test"`, i*7919%users))+"&startIndex=1&count=100", "")
	})
	run("page of 100", func(i int) { p.do(200, "GET", fmt.Sprintf("/Users?startIndex=%d&count=100", 1+100*(i%10)), "") })
	run("page of 100 anywhere", func(i int) { p.do(200, "GET", fmt.Sprintf("/Users?startIndex=%d&count=100", 1+(i*7919*100)%users), "") })
	ids := p.ids(min(users, 1000))
	run("PUT profile", func(i int) {
		p.do(200, "PUT", "/Users/"+ids[i%len(ids)], strings.Replace(profileOf(-1-i%len(ids)), `"G F`, `"H`+strconv.Itoa(i)+` F`, 1))
	})
	run("PATCH inactive and active", func(i int) {
		p.do(204, "PATCH", "/Users/"+ids[i%len(ids)], fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":%t}}]}`, i/len(ids)%2 == 1))
	})
	group := p.do(201, "POST", "/Groups", groupOf("Everybody")).Text("id")
	run("PATCH members", func(i int) {
		p.do(204, "PATCH", "/Groups/"+group, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"`+ids[i%len(ids)]+`"}]}]}`)
	})
}

func profileOf(i int) string {
	if i < 0 {
		i = -1 - i
	}
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u%[1]d@x.test","name":{"givenName":"G","familyName":"F%[1]d"},
"emails":[{"primary":true,"value":"u%[1]d@x.test","type":"work"}],"displayName":"G F%[1]d","locale":"en-US","externalId":"00u%[1]d","groups":[],"password":"x","active":true}`, i)
}

// pusher is a client that does little more than to ask.
type pusher struct {
	b            *testing.B
	http         *http.Client
	base, secret string
}

func (p *pusher) do(status int, method, path, body string) *value.Object {
	req, err := http.NewRequestWithContext(p.b.Context(), method, p.base+path, strings.NewReader(body))
	if err != nil {
		p.b.Error(err)
		return nil
	}
	req.Header.Set("Authorization", "Bearer "+p.secret)
	req.Header.Set("User-Agent", "Okta SCIM Client 1.0.0")
	resp, err := p.http.Do(req)
	if err != nil {
		p.b.Error(err)
		return nil
	}
	raw, err := io.ReadAll(resp.Body)
	if _ = resp.Body.Close(); err != nil || resp.StatusCode != status {
		p.b.Errorf("%s %s: %d %v %.300s", method, path, resp.StatusCode, err, raw)
	}
	if method != "POST" && !strings.Contains(path, "ids") {
		return nil
	}
	v, _ := value.ParseJSON(raw)
	o, _ := v.(*value.Object)
	return o
}

// crowd has n things done by some at once.
func (p *pusher) crowd(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range crowd {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

// ids returns the ids of u0 and those that follow.
func (p *pusher) ids(n int) []string {
	out := make([]string, n)
	p.crowd(n, func(i int) {
		found := p.do(200, "GET", "/Users?attributes=ids&filter="+url.QueryEscape(fmt.Sprintf(`userName eq "u%d@x.test"`, i)), "")
		out[i] = value.String(at(found, "Resources.0.id"))
	})
	return out
}

// resident is how much memory the process holds, its clients' too, in megabytes.
func resident() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 1 {
		n, _ := strconv.Atoi(fields[1])
		return float64(n*os.Getpagesize()) / 1e6
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys) / 1e6
}
