package scenario

import (
	"context"
	"slices"

	"sallyport/sandbox/auth0"
	"sallyport/sandbox/okta/systemlog"
)

// Step is one thing that happened outside of the System Log.
type Step struct {
	At     systemlog.Time `json:"at"`
	Where  string         `json:"where"` // "okta" or "auth0"
	What   string         `json:"what"`
	OK     bool           `json:"ok"`     // whether it went well for whoever did it
	Detail string         `json:"detail"` // what they were told; empty for nothing
}

// waiting is somebody of Auth0 whose next change is waited for.
type waiting struct {
	user   string // id in Auth0
	report string
	tries  int
}

// mostTries is how often somebody tries again while changes do not keep them
// out.
const mostTries = 5

func (p *Player) step(where, what string, ok bool, detail string) Step {
	return Step{At: systemlog.Time{Time: p.opt.Now().UTC()}, Where: where, What: what, OK: ok, Detail: detail}
}

// attempt has somebody sign in to Auth0, as they do at work.
func (p *Player) attempt(ctx context.Context, user, what string) Step {
	from := office()
	out, err := p.opt.Auth0.SignIn(ctx, auth0.Attempt{User: user, Known: true, IP: from.IP, Agent: from.UserAgent})
	if err != nil {
		return p.step("auth0", what, false, err.Error())
	}
	return p.step("auth0", what, out.OK, out.Description)
}

// react has people try to sign in again, whom a scenario has waiting, once
// somebody has changed something about them in Auth0.
func (p *Player) react(ctx context.Context, change auth0.Change) {
	p.mu.Lock()
	i := slices.IndexFunc(p.waiting, func(w waiting) bool { return w.user == change.UserID })
	if i < 0 {
		p.mu.Unlock()
		return
	}
	w := p.waiting[i]
	p.mu.Unlock()
	told := p.step("auth0", "Their account is changed in Auth0", true, change.What)
	tried := p.attempt(ctx, w.user, "They try to sign in to Auth0 again")
	p.mu.Lock()
	defer p.mu.Unlock()
	if j := slices.IndexFunc(p.reports, func(r Report) bool { return r.ID == w.report }); j >= 0 {
		p.reports[j].Steps = append(slices.Clone(p.reports[j].Steps), told, tried)
	}
	p.waiting = slices.DeleteFunc(p.waiting, func(x waiting) bool {
		return x.user == w.user && x.report == w.report && (!tried.OK || x.tries+1 >= mostTries)
	})
	for j := range p.waiting {
		if p.waiting[j].user == w.user {
			p.waiting[j].tries++
		}
	}
}

// also makes sure that the victim has an account in Auth0, has them sign in
// there, and try again once something about them has changed.
func (s *stage) also() {
	if s.opt.Auth0 == nil {
		return
	}
	first, last := nameParts(s.victim.Name)
	account := s.opt.Auth0.Admit(auth0.Person{Email: s.victim.Email, First: first, Last: last})
	s.steps = append(s.steps, s.attempt(s.ctx, account.ID, "They sign in to Auth0"))
	s.awaited = append(s.awaited, account.ID)
}
