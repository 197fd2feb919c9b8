package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/okta"
	"sallyport/internal/portal"
	"sallyport/internal/source"
	"sallyport/internal/value"
)

var (
	_ = add("GET /api/v1/sources/{id}/hook", portal.SourcesRead, doc{Summary: "A source's event hook as it is in Okta", Help: "Okta is asked, through the source's connection."}, getHook)
	_ = add("PUT /api/v1/sources/{id}/hook", portal.SourcesWrite, doc{
		Summary: "Register a source's event hook in Okta, or bring it up to date",
		Help:    "It is made, or found by its URL and changed, activated and verified. With preview nothing is changed: the answer says what would be. What is changed is in the ledger.",
	}, putHook)
	_ = add("DELETE /api/v1/sources/{id}/hook", portal.SourcesWrite, doc{Summary: "Take a source's event hook away in Okta", Help: "The source still takes one: somebody may set it up by hand."}, removeHook)
	_ = add("POST /api/v1/sources/{id}/secret", portal.SourcesWrite, doc{
		Summary: "Replace the secret of a source's event hook",
		Help:    "The old one is taken for an hour more, or as long as is said. A hook that Sallyport registered is told of the new one at once; else it is in this answer alone.",
	}, renewSecret)
	_ = add("POST /api/v1/sources/{id}/token", portal.SourcesWrite, doc{
		Summary: "Replace the token of a source's log stream", Help: "The old one is taken for an hour more, or as long as is said. The new one is in this answer alone.",
	}, renewToken)
)

// hookHeader is the header in which Okta sends the secret.
const hookHeader = "Authorization"

// HookState is an event hook as it is in Okta, and as it should be.
type HookState struct {
	Registered   bool         `json:"registered" doc:"whether Okta has it"`
	ID           string       `json:"id,omitempty"`
	Name         string       `json:"name"`
	URL          string       `json:"url"`
	Status       string       `json:"status,omitempty" doc:"ACTIVE or INACTIVE"`
	Verification string       `json:"verification,omitempty" doc:"VERIFIED or UNVERIFIED: Okta sends nothing before"`
	Types        []string     `json:"types" doc:"the event types that Okta sends by it"`
	Wanted       []string     `json:"wanted" doc:"those that it should send: what was chosen, or what flows and rules want"`
	LogOnly      []string     `json:"logOnly" doc:"those that are wanted, and that Okta sends by no event hook: they come by polling alone"`
	Chosen       bool         `json:"chosen" doc:"whether somebody chose the types"`
	UpToDate     bool         `json:"upToDate" doc:"whether it is as it should be"`
	Changes      []MadeChange `json:"changes" doc:"what was changed in Okta, or would be"`
}

// MadeChange is a change of an Okta org.
type MadeChange struct {
	Title   string            `json:"title"`
	Request connector.Request `json:"request" doc:"what was sent, or would be; every secret in it is masked"`
	Action  string            `json:"action,omitempty" doc:"id in the ledger; not there of what would be"`
}

func getHook(ctx context.Context, d Deps, c portal.Caller, in idIn) (HookState, error) {
	s, err := registeredSource(ctx, d, c, in.ID)
	if err != nil {
		return HookState{}, err
	}
	k := hookKeeper{d, c, &s, true}
	return k.state(ctx)
}

type putHookIn struct {
	ID      string   `path:"id"`
	Types   []string `json:"types,omitempty" doc:"the event types to send; none is what flows and rules want"`
	Preview bool     `json:"preview,omitempty" doc:"change nothing: say what would be"`
}

func putHook(ctx context.Context, d Deps, c portal.Caller, in putHookIn) (HookState, error) {
	s, err := registeredSource(ctx, d, c, in.ID)
	if err != nil {
		return HookState{}, err
	}
	eligible, not := okta.HookEligible(in.Types)
	switch {
	case len(not) > 0:
		return HookState{}, badField("types", "Okta sends no %s by event hooks", strings.Join(not, ", "))
	case len(eligible) > okta.MaxHookTypes:
		return HookState{}, badField("types", "Okta takes %d event types at most", okta.MaxHookTypes)
	}
	s.HookTypes = eligible
	k := hookKeeper{d, c, &s, in.Preview}
	made, err := k.put(ctx)
	if err != nil {
		return HookState{}, err
	}
	out, err := k.state(ctx)
	out.Changes = made
	return out, err
}

func removeHook(ctx context.Context, d Deps, c portal.Caller, in idIn) (HookState, error) {
	s, err := registeredSource(ctx, d, c, in.ID)
	if err != nil {
		return HookState{}, err
	}
	k := hookKeeper{d, c, &s, false}
	made, err := k.remove(ctx)
	if err != nil {
		return HookState{}, err
	}
	out, err := k.state(ctx)
	out.Changes = made
	return out, err
}

// registeredSource returns a source whose event hook Sallyport can register.
func registeredSource(ctx context.Context, d Deps, c portal.Caller, id string) (source.Source, error) {
	s, err := hookedSource(ctx, d, c, id)
	if err == nil && s.Kind != source.Okta {
		err = errs.New(errs.Conflict, "Sallyport sets up no log stream in Auth0: make one of the kind Custom Webhook at Monitoring > Streams, with the URL and the secret of the source")
	}
	return s, err
}

// hookedSource returns a source that takes an event hook.
func hookedSource(ctx context.Context, d Deps, c portal.Caller, id string) (source.Source, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, id)
	if err == nil && !s.Hook {
		err = errs.New(errs.Conflict, "the source takes no event hook")
	}
	return s, err
}

// hookKeeper keeps a source's event hook in Okta as it should be.
type hookKeeper struct {
	d       Deps
	c       portal.Caller
	s       *source.Source
	preview bool // change nothing
}

func (k hookKeeper) url() string {
	return strings.TrimSuffix(k.d.BaseURL, "/") + k.s.HookPath()
}

func (k hookKeeper) name() string { return "Sallyport: " + k.s.Name }

// hand makes changes in the source's org.
func (k hookKeeper) hand(ctx context.Context) (oktaHand, error) {
	if k.s.Connection == "" {
		return oktaHand{}, errs.New(errs.Conflict, "the source has no connection to Okta: choose one, or set the hook up by hand")
	}
	conn, err := k.d.DB.Connections.Get(ctx, k.c.Org.ID, k.s.Connection)
	return oktaHand{k.d, k.c, conn.Connection, k.preview}, err
}

// state asks Okta how the hook stands.
func (k hookKeeper) state(ctx context.Context) (HookState, error) {
	wanted, logOnly, err := k.wanted(ctx)
	if err != nil {
		return HookState{}, err
	}
	out := HookState{
		Name: k.name(), URL: k.url(), Types: []string{}, Wanted: append([]string{}, wanted...), LogOnly: append([]string{}, logOnly...), Chosen: k.s.HookTypes != nil,
		Changes: []MadeChange{},
	}
	if k.s.Connection == "" {
		return out, nil
	}
	hand, err := k.hand(ctx)
	if err != nil {
		return HookState{}, err
	}
	found, err := k.find(ctx, hand)
	if err != nil || found == nil {
		return out, err
	}
	out.Registered, out.ID, out.Name, out.Status, out.Verification = true, found.Text("id"), found.Text("name"), found.Text("status"), found.Text("verificationStatus")
	for _, t := range listAt(found.Object("events"), "items") {
		out.Types = append(out.Types, value.String(t))
	}
	slices.Sort(out.Types)
	out.UpToDate = out.Status == "ACTIVE" && out.Verification == "VERIFIED" && slices.Equal(out.Types, wanted) && k.s.HookID == out.ID
	return out, nil
}

// find returns the source's hook in Okta, by the URL that it posts to; nil is that
// there is none.
func (k hookKeeper) find(ctx context.Context, hand oktaHand) (*value.Object, error) {
	got, err := hand.read(ctx, "list_event_hooks", nil)
	if err != nil {
		return nil, err
	}
	for _, h := range listAt(got, "hooks") {
		o, _ := h.(*value.Object)
		if o.Object("channel").Object("config").Text("uri") == k.url() {
			return o, nil
		}
	}
	return nil, nil
}

// put makes the hook, or changes it, and has Okta verify it.
func (k hookKeeper) put(ctx context.Context) ([]MadeChange, error) {
	hand, err := k.hand(ctx)
	if err != nil {
		return nil, err
	}
	wanted, _, err := k.wanted(ctx)
	if err != nil {
		return nil, err
	}
	if len(wanted) == 0 {
		return nil, badField("types", "no flow and no rule wants an event that Okta sends by event hooks: choose some")
	}
	secret, err := k.d.Keys.Unseal(k.s.HookSecret, source.HookSecretContext(k.s.ID))
	if err != nil {
		return nil, errs.Wrap(errs.Conflict, err, "the secret of the event hook does not open: make a new one")
	}
	found, err := k.find(ctx, hand)
	if err != nil {
		return nil, err
	}
	inputs := value.Map("name", k.name(), "url", k.url(), "events", anyList(wanted), "auth_value", string(secret))
	var made []MadeChange
	hook := found.Text("id")
	if found == nil {
		var res connector.Result
		if res, made, err = hand.change(ctx, made, "create_event_hook", inputs); err != nil {
			return made, err
		}
		hook = res.Outputs.Text("id")
	}
	k.s.HookID = hook
	if err := k.keep(ctx); err != nil { // before anything else can fail: it is there now
		return made, err
	}
	if found != nil {
		if _, made, err = hand.change(ctx, made, "update_event_hook", inputs.With("hook", hook)); err != nil {
			return made, err
		}
		if found.Text("status") != "ACTIVE" {
			if _, made, err = hand.change(ctx, made, "activate_event_hook", value.Map("hook", hook)); err != nil {
				return made, err
			}
		}
	}
	if hook == "" {
		hook = "…" // of what would be made
	}
	_, made, err = hand.change(ctx, made, "verify_event_hook", value.Map("hook", hook))
	return made, err
}

// keep keeps the source, unless nothing is to be changed.
func (k hookKeeper) keep(ctx context.Context) error {
	if k.preview {
		return nil
	}
	if err := k.d.DB.Sources.Save(ctx, *k.s); err != nil {
		return err
	}
	sourceChanged(k.d, k.c, k.s.ID)
	return nil
}

// remove takes the hook away in Okta: an active one is not deleted there.
func (k hookKeeper) remove(ctx context.Context) ([]MadeChange, error) {
	made := []MadeChange{}
	if k.s.HookID == "" {
		return made, nil
	}
	hand, err := k.hand(ctx)
	if err != nil {
		return made, err
	}
	for _, action := range []string{"deactivate_event_hook", "delete_event_hook"} {
		if _, made, err = hand.change(ctx, made, action, value.Map("hook", k.s.HookID)); err != nil {
			return made, err
		}
	}
	k.s.HookID = ""
	return made, k.keep(ctx)
}

// wanted returns the event types that the hook should send, and those that are
// wanted and that no hook sends.
func (k hookKeeper) wanted(ctx context.Context) (eligible, not []string, err error) {
	if k.s.HookTypes != nil {
		eligible, not = okta.HookEligible(k.s.HookTypes)
		return eligible, not, nil
	}
	all, err := WantedEvents(ctx, k.d.Library, k.d.Rules, k.c.Org.ID)
	if err != nil {
		return nil, nil, err
	}
	eligible, not = okta.HookEligible(all)
	if len(eligible) > okta.MaxHookTypes {
		eligible = eligible[:okta.MaxHookTypes]
	}
	return eligible, not, nil
}

func listAt(o *value.Object, name string) []any {
	list, _ := o.At(name).([]any)
	return list
}

func anyList(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

// giveSecret gives a source that takes event hooks a new secret, and returns it.
func giveSecret(d Deps, s *source.Source) (string, error) {
	var b [32]byte
	_, _ = rand.Read(b[:])
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	sealed, err := d.Keys.Seal([]byte(secret), source.HookSecretContext(s.ID))
	s.HookSecret = sealed
	return secret, err
}

// giveToken gives a source that takes a log stream a new token, and returns it: a
// UUID of version 4 (RFC 9562), which is what Okta and Splunk take for one.
func giveToken(s *source.Source) string {
	token := newUUID()
	s.Token = source.KeyOf(token)
	return token
}

type rotateIn struct {
	ID      string `path:"id"`
	Overlap *int   `json:"overlapMinutes,omitempty" min:"0" max:"10080" doc:"how long the old one is taken; 60 where nothing is said"`
}

func (in rotateIn) until(now time.Time) time.Time {
	if in.Overlap == nil {
		return now.Add(time.Hour)
	}
	return now.Add(time.Duration(*in.Overlap) * time.Minute)
}

func renewSecret(ctx context.Context, d Deps, c portal.Caller, in rotateIn) (SourceDetail, error) {
	s, err := hookedSource(ctx, d, c, in.ID)
	if err != nil {
		return SourceDetail{}, err
	}
	if old, err := d.Keys.Unseal(s.HookSecret, source.HookSecretContext(s.ID)); err == nil {
		s.HookBefore = source.KeyOf(string(old))
		s.HookBefore.Until = in.until(d.Now())
	}
	secret, err := giveSecret(d, &s)
	if err != nil {
		return SourceDetail{}, err
	}
	if err := d.DB.Sources.Save(ctx, s); err != nil {
		return SourceDetail{}, err
	}
	if s.HookID != "" {
		if _, err := (hookKeeper{d, c, &s, false}).put(ctx); err != nil {
			sourceChanged(d, c, s.ID)
			return SourceDetail{}, errs.Wrap(errs.KindOf(err), err, "the secret was replaced here, and not in Okta, which goes on to send the old one: %s. Bring the hook up to date before %s UTC",
				errs.Message(err), s.HookBefore.Until.UTC().Format("15:04"))
		}
		secret = "" // nobody has to enter it
	}
	return savedSource(ctx, d, c, s.ID, newSecrets{hook: secret})
}

func renewToken(ctx context.Context, d Deps, c portal.Caller, in rotateIn) (SourceDetail, error) {
	s, err := d.DB.Sources.Get(ctx, c.Org.ID, in.ID)
	if err != nil {
		return SourceDetail{}, err
	}
	if !s.Stream {
		return SourceDetail{}, errs.New(errs.Conflict, "the source takes no log stream")
	}
	s.TokenOld = s.Token
	s.TokenOld.Until = in.until(d.Now())
	token := giveToken(&s)
	if err := d.DB.Sources.Save(ctx, s); err != nil {
		return SourceDetail{}, err
	}
	return savedSource(ctx, d, c, s.ID, newSecrets{token: token})
}
