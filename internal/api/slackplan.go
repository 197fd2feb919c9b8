package api

import (
	"context"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/notify"
	"sallyport/internal/portal"
	"sallyport/internal/remedy"
)

// decide says yes or no to a plan that waits for approval, as the console would: the
// same permission, another member than the one who asked, and as long as it waits.
// Whatever comes of it, the message says how the plan stands.
func (p presser) decide(ctx context.Context, c portal.Caller) error {
	if !c.Can(portal.RemediesApprove) {
		return errs.New(errs.Denied, "your role (%s) may not approve plans", c.RoleNames())
	}
	d := remedy.Decision{By: c.Actor(), Note: fromSlack}
	action, did := "declineRemedy", "Declined"
	switch p.press.Action {
	case notify.PressApprove:
		d.Approved, action, did = true, "approveRemedy", "Approved"
	case notify.PressDecline:
	default:
		return errs.New(errs.Invalid, "there is no such button")
	}
	_, err := p.d.Remedies.Decide(ctx, c.Org.ID, p.press.Plan, d)
	p.told(ctx, c, action, err)
	note := ""
	if err == nil {
		note = did + " by " + c.Account.Name + ", " + fromSlack
	}
	if errs.KindOf(err) != errs.NotFound {
		p.outcome(ctx, note)
	}
	return err
}

// told has the audit log tell who answered, and what came of it.
func (p presser) told(ctx context.Context, c portal.Caller, action string, failed error) {
	n := audit.Note{Action: action, Object: "remedy:" + p.press.Plan, Actor: &audit.Actor{ID: c.Actor(), Name: c.Account.Name}, Detail: map[string]any{"slack": p.press.User}}
	if failed != nil {
		_, e := describe(failed)
		n.Outcome = string(e.Kind)
	}
	if err := p.d.DB.Audit.Add(ctx, c.Org.ID, n); err != nil {
		p.d.Log.ErrorContext(ctx, "not told in the audit log", "action", action, "object", n.Object, "outcome", n.Outcome, "err", err)
	}
}

// outcome has the message say how the plan stands.
func (p presser) outcome(ctx context.Context, note string) {
	if p.press.Ephemeral || p.d.Notices == nil {
		return
	}
	about, err := p.d.Notices.Reader.Subjects(ctx, p.conn.Org, []notify.Notice{{About: p.press.Plan, Moment: notify.Asked}})
	if err != nil || len(about) == 0 {
		p.d.Log.WarnContext(ctx, "message in Slack not changed", "err", err, "plan", p.press.Plan)
		return
	}
	if note != "" {
		about[0].Note = note
	}
	p.replace(ctx, about[0])
}
