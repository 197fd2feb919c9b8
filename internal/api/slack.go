package api

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"time"

	"sallyport/internal/alert"
	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/flow"
	"sallyport/internal/notify"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

const (
	// slackPath is where Slack tells of the buttons that people press; the id of
	// the connection follows.
	slackPath    = "/hooks/slack/"
	slackPattern = "POST " + slackPath + "{connection}"
	// signingSecret is the secret of a connection by which Slack proves itself.
	signingSecret = "signing_secret"
	// maxPress bounds the body of such a request, in bytes.
	maxPress = 256 << 10
	// pressWithin is how long what a press sets off may take.
	pressWithin = 30 * time.Second
	// fromSlack is what timelines say of what was done there.
	fromSlack = "from Slack"
)

// serveSlack answers a press of a button in Slack. Slack wants its answer within
// three seconds: it has it as soon as the request is known to be Slack's, and what
// was pressed is done after that.
func (s *server) serveSlack(w http.ResponseWriter, r *http.Request) {
	hurry(w, r, bodyWithin)
	sent := &body{ReadCloser: r.Body}
	r.Body = sent
	conn, press, err := s.pressedBy(r)
	if err != nil {
		sent.drain(w, r)
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	if err := http.NewResponseController(w).Flush(); err != nil {
		s.Log.DebugContext(r.Context(), "answer not sent", "route", r.Pattern, "err", err)
	}
	if press.Action == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), pressWithin)
	defer cancel()
	p := presser{d: s.Deps, conn: conn.Connection, press: press}
	if err := p.carryOut(ctx); err != nil {
		s.Log.InfoContext(ctx, "press in Slack not carried out", "err", err, "user", press.User, "alert", press.Alert, "plan", press.Plan, "action", press.Action)
		p.whisper(ctx, value.Map("text", "That did not work: "+errs.Message(err)))
	}
}

// pressedBy reads a request and makes sure that it comes from Slack, and that it
// comes for the first time.
func (s *server) pressedBy(r *http.Request) (store.Connection, notify.Press, error) {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxPress+1))
	if err != nil || len(text) > maxPress {
		return store.Connection{}, notify.Press{}, errs.New(errs.Invalid, "the request is too large")
	}
	sign, err := notify.SlackSignature(r.Header.Get("X-Slack-Request-Timestamp"), r.Header.Get("X-Slack-Signature"), text, s.Now())
	if err != nil {
		return store.Connection{}, notify.Press{}, err
	}
	// Whether there is such a connection is nobody's business.
	unproven := errs.New(errs.Denied, "the request is not signed by the Slack app of this address")
	conn, err := s.DB.Connections.Find(r.Context(), r.PathValue("connection"))
	if errs.KindOf(err) == errs.NotFound || err == nil && conn.Connector != notify.Slack {
		return conn, notify.Press{}, unproven
	}
	if err != nil {
		return conn, notify.Press{}, err
	}
	ok, err := s.Engine.Signed(conn.Connection, signingSecret, sign.Signed, sign.Sum)
	if err != nil && errs.KindOf(err) != errs.Conflict { // of which: it has no signing secret
		return conn, notify.Press{}, err
	}
	if !ok {
		return conn, notify.Press{}, unproven
	}
	press, err := notify.ReadPress(text)
	if err != nil {
		return conn, press, err
	}
	return conn, press, s.DB.Channels.Answer(r.Context(), hex.EncodeToString(sign.Sum), s.Now().Add(-slackMemory))
}

// slackMemory is how long a request is remembered: longer than it could be sent
// again and be believed.
const slackMemory = 15 * time.Minute

// presser does what somebody pressed.
type presser struct {
	d     Deps
	conn  connector.Connection
	press notify.Press
}

// carryOut does it as the member that presses.
func (p presser) carryOut(ctx context.Context) error {
	c, err := p.member(ctx)
	if err != nil {
		return err
	}
	if p.press.Plan != "" {
		return p.decide(ctx, c)
	}
	if p.press.Action == notify.PressRespond || p.press.Action == notify.PressRun {
		if !c.Can(portal.ResponsesRun) || !c.Can(portal.AlertsRead) {
			return errs.New(errs.Denied, "your role (%s) may not run responses", c.RoleNames())
		}
		if p.press.Action == notify.PressRun {
			return p.run(ctx, c)
		}
		return p.offer(ctx, c)
	}
	if !c.Can(portal.AlertsWrite) {
		return errs.New(errs.Denied, "your role (%s) may not work on alerts", c.RoleNames())
	}
	change, did, err := p.change(c)
	if err != nil {
		return err
	}
	a, err := changeFromSlack(ctx, p.d, c, p.press.Alert, change)
	if err != nil {
		return err
	}
	return p.update(ctx, a, did+" by "+c.Account.Name+", "+fromSlack)
}

// member returns the member of the organization that somebody in Slack is: by the
// e-mail address that Slack has confirmed. People of other workspaces, who may be
// in a channel that is shared, are nobody here.
func (p presser) member(ctx context.Context) (portal.Caller, error) {
	got, err := p.do(ctx, "get_user", value.Map("user", p.press.User))
	if err != nil {
		return portal.Caller{}, err
	}
	email, _ := got.Outputs.At("email").(string)
	user, _ := got.Outputs.At("user").(*value.Object)
	stranger := user.At("deleted") == true || user.At("is_bot") == true || user.At("is_stranger") == true || user.At("is_email_confirmed") == false
	nobody := errs.New(errs.Denied, "your e-mail address in Slack is that of no member of the organization")
	if email == "" || stranger {
		return portal.Caller{}, nobody
	}
	m, err := p.d.Portal.People.Find(ctx, p.conn.Org, email)
	if errs.KindOf(err) == errs.NotFound || err == nil && !m.DisabledAt.IsZero() {
		return portal.Caller{}, nobody
	}
	if err != nil {
		return portal.Caller{}, err
	}
	org, err := p.d.DB.Organizations.Get(ctx, p.conn.Org)
	return portal.Caller{Org: org, Account: m.Account, Roles: portal.Held(m.Roles)}, err
}

// change returns what a button changes, and how that is told.
func (p presser) change(c portal.Caller) (change alert.Change, did string, err error) {
	switch p.press.Action {
	case notify.PressAcknowledge:
		return alert.Change{State: new(alert.Acknowledged), Note: fromSlack}, "Acknowledged", nil
	case notify.PressAssign:
		return alert.Change{Assignee: &c.Account.ID}, "Taken", nil
	case notify.PressBenign:
		return alert.Change{State: new(alert.Closed), Verdict: alert.Benign, Note: fromSlack}, "Closed as benign", nil
	}
	return change, "", errs.New(errs.Invalid, "there is no such button")
}

// changeFromSlack changes an alert as the console would, and has its timeline say
// where it was done.
func changeFromSlack(ctx context.Context, d Deps, c portal.Caller, id string, change alert.Change) (alert.Alert, error) {
	apply, err := alertApplier(ctx, d, c, change)
	if err != nil {
		return alert.Alert{}, err
	}
	got, err := d.DB.Alerts.Change(ctx, c.Org.ID, []string{id}, func(a alert.Alert) (alert.Alert, []alert.Entry, []flow.Run, error) {
		if change.State != nil && *change.State == alert.Acknowledged && a.State != alert.Open {
			return a, nil, nil, errs.New(errs.Conflict, "the alert is %s already", strings.ReplaceAll(string(a.State), "_", " "))
		}
		a, entries, runs, err := apply(a)
		for i := range entries {
			entries[i].Text = fromSlack
		}
		return a, entries, runs, err
	})
	if err != nil {
		return alert.Alert{}, err
	}
	d.Live.Publish(c.Org.ID, AlertChanged(got[0]))
	return got[0], nil
}

// offer shows who pressed the responses that they may run.
func (p presser) offer(ctx context.Context, c portal.Caller) error {
	a, err := p.d.DB.Alerts.Get(ctx, c.Org.ID, p.press.Alert)
	if err != nil {
		return err
	}
	all, err := listResponses(ctx, p.d, c, idIn{ID: a.ID})
	if err != nil {
		return err
	}
	var choices []notify.Choice
	for _, r := range all {
		if r.Ready && r.Enabled {
			choices = append(choices, notify.Choice{Flow: r.Flow.ID, Title: r.Flow.Name})
		}
	}
	if len(choices) == 0 {
		return errs.New(errs.NotFound, "no flow that is switched on can be run for this alert without further inputs; the console shows all of them")
	}
	p.whisper(ctx, value.Map("text", "Choose a response", "blocks", notify.SlackChoices(a, choices)))
	return nil
}

// run starts a response as the console does: with the same permission, and behind
// the same guard.
func (p presser) run(ctx context.Context, c portal.Caller) error {
	run, err := respond(ctx, p.d, c, respondIn{ID: p.press.Alert, Flow: p.press.Flow})
	if err != nil {
		return err
	}
	entry := alert.Entry{Subject: alert.OfAlert, Of: p.press.Alert, At: p.d.Now(), By: c.Account.ID, Kind: alert.Commented, Text: "Ran the flow " + run.Flow.Name + ", " + fromSlack}
	if err := p.d.DB.Alerts.AddEntry(ctx, c.Org.ID, entry); err != nil {
		return err
	}
	p.whisper(ctx, value.Map("text", "The flow runs: "+p.d.BaseURL+"/runs/"+run.ID))
	return nil
}

// update has the message say how the alert is now.
func (p presser) update(ctx context.Context, a alert.Alert, note string) error {
	if p.press.Ephemeral || p.d.Notices == nil {
		return nil
	}
	about, err := p.d.Notices.Reader.Subjects(ctx, p.conn.Org, []notify.Notice{{About: a.ID, Moment: notify.Opened}})
	if err != nil || len(about) == 0 {
		return err
	}
	about[0].Note = note
	p.replace(ctx, about[0])
	return nil
}

// replace has the message with the button tell of a subject as it is now.
func (p presser) replace(ctx context.Context, s notify.Subject) {
	_, err := p.do(ctx, "update_message", value.Map("channel", p.press.Channel, "ts", p.press.Message, "text", notify.SlackText(s), "blocks", notify.SlackBlocks(s)))
	if err != nil { // it was done, and only the message is of before
		p.d.Log.WarnContext(ctx, "message in Slack not changed", "err", err, "alert", p.press.Alert, "plan", p.press.Plan)
	}
}

// whisper tells something to who pressed, and nobody else.
func (p presser) whisper(ctx context.Context, message *value.Object) {
	message.Set("channel", p.press.Channel)
	message.Set("user", p.press.User)
	if _, err := p.do(ctx, "send_ephemeral_message", message); err != nil {
		p.d.Log.WarnContext(ctx, "message in Slack not sent", "err", err, "user", p.press.User)
	}
}

func (p presser) do(ctx context.Context, action string, inputs *value.Object) (connector.Result, error) {
	got, err := p.d.Engine.Do(ctx, p.conn, connector.Call{Action: action, Inputs: inputs, Timeout: 10 * time.Second})
	if err != nil {
		return got, errs.Wrap(errs.Unavailable, err, "Slack does not answer as it should: %v", err)
	}
	return got, nil
}
