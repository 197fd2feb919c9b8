package backtest

import "time"

// Report is what a test came to, so far or in all.
type Report struct {
	Events   int          `json:"events" doc:"that were held against the rules"`
	Bad      int          `json:"bad" doc:"events that could not be read"`
	Hits     int          `json:"hits"`
	Alerts   int          `json:"alerts" doc:"that would have been raised: hits of one rule and entity within the rule's window are one"`
	Hidden   int          `json:"hidden" doc:"times that an exception hid an event from a rule"`
	Since    time.Time    `json:"since,omitzero" doc:"where the first bar begins; not there where there are no hits"`
	Bar      int          `json:"barSeconds" doc:"what each bar stands for, in seconds"`
	Bars     []Bar        `json:"bars" doc:"hits over time, the oldest first"`
	Entities []EntityHits `json:"entities" doc:"with the most hits, those first"`
	Others   Others       `json:"others"`
	Examples []Example    `json:"examples" doc:"the newest hits, the newest first"`
	Cost     Cost         `json:"cost"`
	Against  *Versus      `json:"against,omitempty" doc:"what the version that it was compared with came to"`
}

// EntityHits is how often rules fired about somebody or something.
type EntityHits struct {
	Kind   string `json:"kind,omitempty"`
	ID     string `json:"id,omitempty"`
	Login  string `json:"login,omitempty"`
	Name   string `json:"name,omitempty"`
	Hits   int    `json:"hits"`
	Alerts int    `json:"alerts"`
}

// Others are the entities beside those with the most hits.
type Others struct {
	Entities int  `json:"entities"`
	Hits     int  `json:"hits"`
	AtLeast  bool `json:"atLeast" doc:"there were too many entities to count them all: there are more than it says; the hits are all of theirs"`
}

// Example is a hit.
type Example struct {
	Event     string    `json:"event" doc:"uuid of the event that made the rule fire"`
	EventType string    `json:"eventType"`
	Published time.Time `json:"published,omitzero"`
	Rule      string    `json:"rule" doc:"id"`
	Title     string    `json:"title" doc:"of the rule"`
	Kind      string    `json:"kind,omitempty" doc:"of the entity, as what follows"`
	ID        string    `json:"id,omitempty"`
	Login     string    `json:"login,omitempty"`
	Name      string    `json:"name,omitempty"`
	Count     int       `json:"count" doc:"events, or different values, that were counted"`
}

// Cost is what the rules cost. The version that they are compared with is not
// in it, but in Seconds.
type Cost struct {
	Seconds  float64 `json:"seconds" doc:"that the test took, reading and waiting included"`
	Rate     float64 `json:"eventsPerSecond" doc:"over those seconds"`
	Matching float64 `json:"matchingSeconds" doc:"that the one goroutine spent holding events against the rules and counting"`
	PerEvent float64 `json:"microsecondsPerEvent" doc:"of that"`
}

// Versus is what two versions of rules found. A hit is the same where the
// same event made the rule fire about the same entity.
type Versus struct {
	Hits    int       `json:"hits"`
	Alerts  int       `json:"alerts"`
	Both    int       `json:"both" doc:"hits that both have"`
	OnlyNew int       `json:"onlyNew" doc:"hits of the version under test alone"`
	OnlyOld int       `json:"onlyOld" doc:"hits of the other alone"`
	New     []Example `json:"new" doc:"the newest of the version under test alone"`
	Old     []Example `json:"old" doc:"the newest of the other alone"`
}

// Report returns what the test came to so far.
func (t *Test) Report() Report {
	took := time.Since(t.began).Seconds()
	r := Report{
		Events: t.events, Bad: t.bad, Hits: t.tried.tally.hits, Alerts: t.tried.tally.alerts, Hidden: t.tried.hidden,
		Since: t.bars.since(), Bar: int(t.bars.width()), Bars: append([]Bar{}, t.bars.hits...), Examples: append([]Example{}, t.tried.tally.examples...),
		Cost: Cost{Seconds: took, Rate: float64(t.events) / took, Matching: t.tried.spent.Seconds()},
	}
	r.Entities, r.Others = t.tried.tally.top()
	if t.events > 0 {
		r.Cost.PerEvent = r.Cost.Matching * 1e6 / float64(t.events)
	}
	if t.other != nil {
		o := t.other.tally
		r.Against = &Versus{
			Hits: o.hits, Alerts: o.alerts, Both: t.both, OnlyNew: t.tried.tally.only, OnlyOld: o.only,
			New: append([]Example{}, t.tried.tally.onlyLast...), Old: append([]Example{}, o.onlyLast...),
		}
	}
	return r
}
