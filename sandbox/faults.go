package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Kinds of fault.
const (
	faultStatus    = "status"       // another status, with the body that goes with it
	faultDelay     = "delay"        // the right answer, later
	faultMalformed = "malformed"    // the right answer, cut in the middle
	faultDrop      = "drop"         // no answer; the connection is closed
	faultRateLimit = "rate_limit"   // 429 until a reset
	faultExpired   = "expire_token" // credentials are no good any more
)

// Fault is something that goes wrong with requests.
type Fault struct {
	ID      string `json:"id"`
	Service string `json:"service"` // okta, auth0, slack, teams or mail; empty for all
	Method  string `json:"method"`  // empty for all
	Path    string `json:"path"`    // prefix, or a pattern with wildcards; empty for all
	Kind    string `json:"kind"`
	Status  int    `json:"status"`   // for kind status; an SMTP code for mail
	DelayMS int    `json:"delay_ms"` // before anything else, with every kind
	Count   int    `json:"count"`    // how many requests it is for; 0 until it is cleared
	ResetS  int    `json:"reset_s"`  // for kind rate_limit: seconds until the reset; 60 when zero
	// Body is sent instead of the usual one, and Header besides it, with kind
	// status.
	Body   string            `json:"body,omitempty"`
	Header map[string]string `json:"header,omitempty"`

	Hits    int       `json:"hits"`           // how many requests it was for
	Until   time.Time `json:"until,omitzero"` // when a rate limit is reset
	pattern pattern
}

// complete checks a fault and fills in what was left out.
func (f *Fault) complete(now time.Time) error {
	if f.Kind == "" {
		f.Kind = faultDelay
		if f.Status != 0 {
			f.Kind = faultStatus
		}
	}
	switch f.Kind {
	case faultStatus:
		if f.Status < 200 || f.Status > 599 {
			return badRequest("status must be between 200 and 599, not %d", f.Status)
		}
	case faultDelay:
		if f.DelayMS == 0 {
			return badRequest("a fault needs a status, a delay_ms or a kind")
		}
	case faultRateLimit:
		if f.ResetS == 0 {
			f.ResetS = 60
		}
		f.Until = now.Add(time.Duration(f.ResetS) * time.Second)
	case faultMalformed, faultDrop, faultExpired:
	default:
		return badRequest("no kind of fault is called %q", f.Kind)
	}
	if services := []string{"", serviceOkta, serviceAuth0, serviceSlack, serviceTeams, serviceMail}; !slices.Contains(services, f.Service) {
		return badRequest("no service is called %q", f.Service)
	}
	if f.DelayMS < 0 || f.Count < 0 || f.ResetS < 0 {
		return badRequest("delay_ms, count and reset_s cannot be negative")
	}
	var err error
	f.pattern, err = readPattern(f.Path)
	return err
}

// spent says whether a fault has done what it was for.
func (f *Fault) spent(now time.Time) bool {
	return f.Count > 0 && f.Hits >= f.Count || !f.Until.IsZero() && !now.Before(f.Until)
}

// faultList holds the faults in the order in which they were made. The first
// that fits a request is taken.
type faultList struct {
	now    func() time.Time
	active atomic.Bool // false only when there are none

	mu   sync.Mutex
	last int
	list []*Fault
}

func newFaultList(now func() time.Time) *faultList { return &faultList{now: now} }

// maxFaults is how many faults there can be, the spent ones too.
const maxFaults = 1000

// add takes a fault on and returns it with its ID.
func (l *faultList) add(f Fault) (Fault, error) {
	if err := f.complete(l.now()); err != nil {
		return f, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.list) >= maxFaults {
		return f, badRequest("there are %d faults already; clear them first", maxFaults)
	}
	l.last++
	f.ID, f.Hits = "fault-"+strconv.Itoa(l.last), 0
	l.list = append(l.list, &f)
	l.active.Store(true)
	return f, nil
}

// all returns the faults, the spent ones too.
func (l *faultList) all() []Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Fault, len(l.list))
	for i, f := range l.list {
		out[i] = *f
	}
	return out
}

// clear forgets a fault, or all when id is empty, and says how many it were.
func (l *faultList) clear(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := len(l.list)
	l.list = slices.DeleteFunc(l.list, func(f *Fault) bool { return id == "" || f.ID == id })
	l.active.Store(len(l.list) > 0)
	return before - len(l.list)
}

// take returns the fault that is for a request, and counts it.
func (l *faultList) take(service, method, path string) (Fault, bool) {
	if !l.active.Load() {
		return Fault{}, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for _, f := range l.list {
		if f.Service != "" && f.Service != service || f.Method != "" && !strings.EqualFold(f.Method, method) || f.spent(now) || !f.pattern.match(service, path) {
			continue
		}
		f.Hits++
		return *f, true
	}
	return Fault{}, false
}
