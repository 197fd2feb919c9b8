package traffic

import (
	"slices"
	"time"

	"sallyport/sandbox/okta"
)

// newDevice has somebody sign in with a laptop that they got today, where they
// always are.
func (t *Traffic) newDevice() {
	p := t.anyone(anybody)
	if p == nil {
		return
	}
	p.laptop.UserAgent, p.laptop.DeviceToken = laptops()[t.rand.IntN(len(laptops()))], t.hex(32)
	t.signIn(p, p.laptop, func() { t.open(p) })
}

// travel has somebody work from a hotel in another town of their country from
// now on, with their own laptop, where they came by train.
func (t *Traffic) travel() {
	p := t.anyone(func(p *person) bool { return p.laptop.Country == "Germany" })
	if p == nil {
		return
	}
	away := p.laptop
	away.City, away.State, away.PostalCode, away.Lat, away.Lon = "Hamburg", "Hamburg", "20095", 53.55, 10.0
	away.IP = t.homeAddress()
	if u, ok := t.org.User(p.id); !ok || t.now().Sub(u.LastLogin) < 3*time.Hour {
		return // they were seen at home just now
	}
	p.laptop = away
	t.signIn(p, p.laptop, func() { t.open(p) })
}

// rejectPush has somebody reject a push that they had asked for, by mistake.
func (t *Traffic) rejectPush() {
	p := t.anyone(func(p *person) bool { return slices.Contains(p.factors, "push") })
	if p == nil {
		return
	}
	p.busy = true
	l := t.start(p, p.laptop, push)
	t.plan(t.between(4*time.Second, 10*time.Second), func() {
		t.factor(l, password, "SUCCESS", "", nil)
		t.pushed(l)
		t.plan(t.between(3*time.Second, 12*time.Second), func() {
			t.factor(l, push, "FAILURE", "INVALID_CREDENTIALS", map[string]any{"pushOnlyResponseType": "OV_RESPONSE_DENY"})
			t.plan(t.between(6*time.Second, 30*time.Second), func() {
				t.pushed(l)
				t.plan(t.between(3*time.Second, 12*time.Second), func() {
					t.factor(l, push, "SUCCESS", "", map[string]any{"pushOnlyResponseType": "OV_RESPONSE_ALLOW"})
					t.enter(l, nil)
				})
			})
		})
	})
}

// tries is how many wrong passwords lock an account.
const tries = 10

// forget has somebody back from a holiday try their old passwords until the
// account is locked; the help desk unlocks it and resets the password.
func (t *Traffic) forget() {
	p := t.anyone(anybody)
	if p == nil {
		return
	}
	p.busy = true
	t.guess(p, t.start(p, p.laptop, passwords), 1)
}

func (t *Traffic) guess(p *person, l *login, n int) {
	t.plan(t.between(45*time.Second, 2*time.Minute), func() {
		t.refused(l)
		if n < tries {
			t.guess(p, l, n+1)
			return
		}
		if err := t.org.Lock(p.id, l.from); err != nil {
			return // they are gone
		}
		t.plan(t.between(4*time.Minute, 9*time.Minute), func() { t.unlock(p) })
	})
}

// unlock is what the help desk does after a call.
func (t *Traffic) unlock(p *person) {
	t.helpDesk("POST", "/api/v1/users/"+p.id+"/lifecycle/unlock", nil)
	t.plan(t.between(20*time.Second, time.Minute), func() {
		t.helpDesk("POST", "/api/v1/users/"+p.id+"/lifecycle/reset_password?sendEmail=true", nil)
		t.plan(t.between(2*time.Minute, 5*time.Minute), func() {
			if err := t.org.ChangePassword(p.id, p.laptop); err == nil {
				t.signIn(p, p.laptop, nil)
			}
			p.busy = false
		})
	})
}

// denied has somebody try an app that they were not given.
func (t *Traffic) denied() {
	p := t.anyone(func(p *person) bool { return p.session != "" && t.now().Before(p.until) })
	if p == nil {
		return
	}
	transaction := t.hex(32)
	t.emit(okta.Event{
		Type: "app.generic.unauth_app_access_attempt", Actor: p.id, Client: p.laptop, Transaction: transaction, Session: p.session, Result: "FAILURE",
		Targets: []okta.Target{{ID: "0oa" + t.hex(17), Type: "AppInstance", AlternateID: "Payroll", DisplayName: "Payroll"}}, DebugData: web(transaction, "/app/payroll/sso/saml", p.laptop),
	})
}

// unmanaged has somebody try an app from the phone, where the policy wants the
// laptop.
func (t *Traffic) unmanaged() {
	p := t.anyone(func(p *person) bool { return len(p.apps) > 0 })
	if p == nil {
		return
	}
	l := &login{p: p, from: p.phone, session: "idx" + t.hex(22), transaction: t.hex(32), look: t.org.Assess(p.id, p.phone)}
	t.emit(okta.Event{
		Type: "policy.evaluate_sign_on", Actor: p.id, Client: l.from, Targets: append(t.policies(), appTarget(p.apps[0])), Transaction: l.transaction, Session: l.session,
		Result: "DENY", Reason: "Sign-on policy evaluation resulted in DENY", DebugData: t.debug(l, "/app/"+p.apps[0].Name+"/sso/saml", map[string]any{"logOnlySecurityData": l.look.LogOnly}),
	})
}
