package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sallyport/internal/portal"
)

// Answers of an identity provider a second: both signatures, the replay row, over
// HTTP, each durable.
func BenchmarkACS(b *testing.B) { signIns(b, "acs/s", func(*http.Client, string) error { return nil }) }

// Sign-ins a second: the answer, and then the session of who comes back, with their
// roles and the entry in the audit log.
func BenchmarkSignIn(b *testing.B) {
	signIns(b, "sign-ins/s", func(client *http.Client, to string) error {
		resp, err := client.Get(to)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusSeeOther || len(resp.Cookies()) == 0 {
			return fmt.Errorf("status %d, and %d cookies", resp.StatusCode, len(resp.Cookies()))
		}
		return nil
	})
}

func signIns(b *testing.B, unit string, goOn func(client *http.Client, to string) error) {
	x := setup(b)
	x.member(x.acme, "ada@acme.example", portal.Admin)
	x.member(x.acme, "sam@acme.example", portal.Analyst)
	_, p := x.enabled("acme", "ada@acme.example", 0)
	said := make([]string, b.N)
	for i := range said {
		said[i] = url.Values{"SAMLResponse": {p.says("sam@acme.example", "", []string{"Eyes"})}}.Encode()
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	b.SetParallelism(4)
	b.ResetTimer()
	before := spent(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			resp, err := client.Post(x.url+"/saml/acme/acs", "application/x-www-form-urlencoded", strings.NewReader(said[next.Add(1)-1]))
			if err != nil {
				b.Error(err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusSeeOther {
				b.Errorf("status %d", resp.StatusCode)
			}
			if err := goOn(client, x.url+resp.Header.Get("Location")); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
	b.ReportMetric((spent(b)-before).Seconds()*1000/float64(b.N), "ms-cpu/op")
}

// spent is the CPU time of the process, its clients' too: unlike a rate it does not
// depend on who else uses the machine.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
