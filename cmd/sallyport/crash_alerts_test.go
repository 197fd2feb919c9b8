package main

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/store"
	"sallyport/sandbox/okta"
)

// The rules of the server that is killed: one that finds single events, and one
// that counts five of them in two minutes.
const (
	deniedID   = "5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6d01"
	burstID    = "5b0f0a0e-7a57-4f0e-9a3e-0d8c4f1f6d02"
	deniedRule = `title: A push was denied
id: ` + deniedID + `
description: Somebody denied a push.
tags: [attack.credential-access, attack.t1621]
logsource: { product: okta, service: okta }
detection: { selection: { eventType: push.denied }, condition: selection }
level: medium
sallyport: { entity: actor, window: 12h }
`
	burstRule = `title: Five pushes were denied
id: ` + burstID + `
description: Somebody denied five pushes in two minutes.
tags: [attack.credential-access, attack.t1621]
correlation: { type: event_count, rules: [` + deniedID + `], group-by: [actor.id], timespan: 2m, condition: { gte: 5 } }
level: high
sallyport: { entity: actor, window: 12h }
`
)

// denials is how long ago the i-th person denied pushes. Those of every fifth are
// so far apart that five are never within two minutes.
func denials(i int) []time.Duration {
	n, apart := []int{1, 4, 5, 7, 6}[i%5], 15*time.Second
	if n == 6 {
		apart = 40 * time.Second
	}
	ago := make([]time.Duration, n)
	for k := range ago {
		ago[k] = time.Duration(k) * apart
	}
	return ago
}

// denial is the event that somebody denied a push.
func denial(uuid string, u okta.UserState, at time.Time) string {
	return fmt.Sprintf(`{"uuid":%q,"eventType":"push.denied","published":%q,"actor":{"id":%q,"type":"User","alternateId":%q,"displayName":"X"},"outcome":{"result":"FAILURE"}}`,
		uuid, at.UTC().Format(time.RFC3339Nano), u.ID, u.Login)
}

// tally is what an alert says of its events.
type tally struct{ Events, Hits int }

// checkAlerts sees that each rule raised one alert about each person, of as many
// events as there were, and none where they were too few.
func (c *crash) checkAlerts(db *store.DB) {
	want, got := map[string]tally{}, map[string]tally{}
	for login, n := range c.denied {
		want[deniedID+" "+login] = tally{n, n}
		if n == 5 || n == 7 { // it fires with the fifth, and each that follows
			want[burstID+" "+login] = tally{n, n - 4}
		}
	}
	as, err := db.Alerts.List(c.t.Context(), c.org, store.AlertFilter{Rules: []string{deniedID, burstID}, Limit: 10_000})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, a := range as {
		key := a.Rule + " " + a.Entity.Login
		if was, again := got[key]; again {
			c.t.Errorf("%s has several alerts, of %d and %d events", key, was.Events, a.Events)
		}
		got[key] = tally{a.Events, a.Hits}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Error(diff)
	}
	c.t.Logf("%d alerts of %d events", len(got), c.counted)
}
