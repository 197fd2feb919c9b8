package okta

import (
	"crypto/subtle"
	"slices"
	"strings"
	"time"
)

func factorRoutes() []route {
	const base = "/api/v1/users/{id}/factors"
	return []route{
		get(base, areaUsers, listFactors),
		post(base, areaCredentials, enrollFactor),
		get(base+"/catalog", areaUsers, listSupportedFactors),
		get(base+"/questions", areaUsers, listQuestions),
		get(base+"/{factor}", areaUsers, getFactor),
		put(base+"/{factor}", areaCredentials, replaceFactor),
		del(base+"/{factor}", areaCredentials, deleteFactor),
		post(base+"/{factor}/lifecycle/activate", areaCredentials, activateFactor),
		post(base+"/{factor}/resend", areaCredentials, resendFactor),
	}
}

// factor is an enrolment of an authenticator.
type factor struct {
	id       string
	kind     string // factorType: push, sms, webauthn ...
	provider string
	status   string // ACTIVE, PENDING_ACTIVATION
	profile  map[string]any
	secret   string // shared secret or passcode that activates it

	created, lastUpdated time.Time
}

func (f *factor) key() string { return f.id }

// called is how mails call the factor.
func (f *factor) called() string {
	switch f.kind {
	case "push", "signed_nonce":
		return "Okta Verify"
	case "token:software:totp":
		return "authenticator app"
	case "sms", "call":
		return "phone"
	case "webauthn":
		return "security key or biometric"
	case "question":
		return "security question"
	case "token:hardware":
		return "hardware token"
	default:
		return f.kind
	}
}

// factorKind describes a kind of factor that the org supports.
type factorKind struct {
	prefix string // of its ids
	logged string // how the System Log calls it
	// at once says that enrolling needs no activation.
	atOnce bool
	// needs names the attribute of the profile without which it cannot be.
	needs string
}

// factorKindOf returns what is known of a factor type.
func factorKindOf(factorType string) (factorKind, bool) {
	switch factorType {
	case "push":
		return factorKind{"opf", "OKTA_VERIFY_PUSH", false, ""}, true
	case "signed_nonce":
		return factorKind{"crp", "SIGNED_NONCE", false, ""}, true
	case "token:software:totp":
		return factorKind{"ost", "OKTA_SOFT_TOKEN", false, ""}, true
	case "sms":
		return factorKind{"mbl", "SMS_FACTOR", false, "phoneNumber"}, true
	case "call":
		return factorKind{"clf", "CALL_FACTOR", false, "phoneNumber"}, true
	case "email":
		return factorKind{"emf", "EMAIL_FACTOR", false, "email"}, true
	case "webauthn":
		return factorKind{"fwf", "FIDO_WEBAUTHN", false, ""}, true
	case "question":
		return factorKind{"ufs", "SECURITY_QUESTION", true, "question"}, true
	case "token:hardware":
		return factorKind{"ykf", "YUBIKEY_TOKEN", true, ""}, true
	default:
		return factorKind{}, false
	}
}

// factorView is the JSON of a factor.
type factorView struct {
	ID          string         `json:"id"`
	FactorType  string         `json:"factorType"`
	Provider    string         `json:"provider"`
	VendorName  string         `json:"vendorName"`
	Status      string         `json:"status"`
	Created     *stamp         `json:"created"`
	LastUpdated *stamp         `json:"lastUpdated"`
	Profile     map[string]any `json:"profile,omitempty"`
	Embedded    map[string]any `json:"_embedded,omitempty"`
	Links       map[string]any `json:"_links"`
}

func viewFactor(c *call, u *user, f *factor) factorView {
	self := c.url("api/v1/users", u.id, "factors", f.id)
	v := factorView{
		ID: f.id, FactorType: f.kind, Provider: f.provider, VendorName: f.provider, Status: f.status,
		Created: at(f.created), LastUpdated: at(f.lastUpdated), Profile: f.profile,
		Links: map[string]any{"self": allow(self, "GET", "DELETE"), "user": allow(c.url("api/v1/users", u.id), "GET")},
	}
	if f.status == "PENDING_ACTIVATION" {
		v.Links["self"] = allow(self, "GET")
		v.Links["activate"] = allow(self+"/lifecycle/activate", "POST")
		switch f.kind {
		case "sms", "call", "email":
			v.Links["resend"] = []link{{Name: f.kind, Href: self + "/resend", Hints: &hints{[]string{"POST"}}}}
		case "push", "token:software:totp":
			v.Embedded = map[string]any{"activation": map[string]any{
				"timeStep": 30, "sharedSecret": f.secret, "encoding": "base32", "keyLength": 6, "expiresAt": at(f.created.Add(5 * time.Minute)),
			}}
		}
	}
	if f.kind == "question" {
		v.Links["questions"] = allow(c.url("api/v1/users", u.id, "factors/questions"), "GET")
	}
	return v
}

func listFactors(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	out := []factorView{}
	for _, f := range u.factors.items {
		out = append(out, viewFactor(c, u, f))
	}
	return ok(out)
}

// findFactor returns the user and the factor that the path names.
func findFactor(c *call) (*user, *factor, error) {
	u, err := findUser(c)
	if err != nil {
		return nil, nil, err
	}
	f, ok := u.factors.get(c.arg(1))
	if !ok {
		return nil, nil, notFound(c.arg(1), "UserFactor")
	}
	return u, f, nil
}

func getFactor(c *call) (answer, error) {
	u, f, err := findFactor(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewFactor(c, u, f))
}

// factorInput is the body of a request that enrols or changes a factor.
type factorInput struct {
	FactorType string         `json:"factorType"`
	Provider   string         `json:"provider"`
	Profile    map[string]any `json:"profile"`
}

// check validates a request to enrol a factor, and completes it.
func (in *factorInput) check(u *user) (factorKind, error) {
	k, known := factorKindOf(in.FactorType)
	if !known {
		return k, invalidField("factorType", "The factor type is not supported.")
	}
	if in.Provider == "" {
		in.Provider = "OKTA"
	}
	if s, _ := in.Profile[k.needs].(string); k.needs != "" && s == "" {
		return k, invalidField(k.needs, "The field cannot be left blank")
	}
	for _, f := range u.factors.items {
		if f.kind == in.FactorType && f.provider == in.Provider && f.kind != "webauthn" {
			return k, invalid("factorEnrollRequest", "A factor of this type is already set up.")
		}
	}
	return k, nil
}

func enrollFactor(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if u.status == Deprovisioned {
		return answer{}, errStatus()
	}
	var in factorInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	k, err := in.check(u)
	if err != nil {
		return answer{}, err
	}
	f := newFactor(c.Org, u, in.FactorType, in.Provider, in.Profile)
	if !k.atOnce && !c.flag("activate", false) {
		f.status = "PENDING_ACTIVATION"
	}
	if f.status == "ACTIVE" {
		factorActive(&c.change, u, f)
	} else if f.kind == "email" || f.kind == "sms" || f.kind == "call" {
		sendPasscode(&c.change, u, f)
	}
	return ok(viewFactor(c, u, f))
}

// newFactor enrols a factor, active, without a word in the log.
func newFactor(o *Org, u *user, factorType, provider string, p map[string]any) *factor {
	k, _ := factorKindOf(factorType)
	f := &factor{id: o.ids.next(k.prefix), kind: factorType, provider: provider, status: "ACTIVE", created: o.now(), lastUpdated: o.now()}
	f.profile = profileOf(p)
	switch factorType {
	case "question":
		delete(f.profile, "answer")
		f.profile["questionText"] = questionText(f.profile["question"])
	case "push", "token:software:totp":
		f.profile["credentialId"] = u.login()
		f.secret = strings.ToUpper(o.ids.secret(16))
	case "sms", "call", "email":
		f.secret = o.ids.digits(6)
	}
	u.factors.add(f)
	return f
}

// digits returns n random digits.
func (s *ids) digits(n int) string {
	b := s.bytes(n)
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	return string(b)
}

// factorActive logs that a factor can be used from now on.
func factorActive(c *change, u *user, f *factor) {
	k, _ := factorKindOf(f.kind)
	c.emit("user.mfa.factor.activate", fact{targets: targets(u), reason: "User set up " + k.logged + " factor"})
	mailFactorEnrolled(c, u, f)
}

func activateFactor(c *call) (answer, error) {
	u, f, err := findFactor(c)
	if err != nil {
		return answer{}, err
	}
	if !c.who.mayTouch(u) {
		return answer{}, errForbidden()
	}
	var in struct {
		PassCode string `json:"passCode"`
	}
	if err := c.decodeIfAny(&in); err != nil {
		return answer{}, err
	}
	switch f.kind {
	case "sms", "call", "email":
		if subtle.ConstantTimeCompare([]byte(in.PassCode), []byte(f.secret)) != 1 {
			return answer{}, errPasscode()
		}
	}
	if f.status != "ACTIVE" {
		f.status, f.lastUpdated = "ACTIVE", c.now()
		factorActive(&c.change, u, f)
	}
	return ok(viewFactor(c, u, f))
}

func resendFactor(c *call) (answer, error) {
	u, f, err := findFactor(c)
	if err != nil {
		return answer{}, err
	}
	sendPasscode(&c.change, u, f)
	return ok(viewFactor(c, u, f))
}

// replaceFactor changes what is in a factor's profile: the question and its
// answer, or the number of a phone.
func replaceFactor(c *call) (answer, error) {
	u, f, err := findFactor(c)
	if err != nil {
		return answer{}, err
	}
	if !c.who.mayTouch(u) {
		return answer{}, errForbidden()
	}
	var in factorInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	f.profile = merged(f.profile, in.Profile)
	if f.kind == "question" {
		delete(f.profile, "answer")
		f.profile["questionText"] = questionText(f.profile["question"])
	}
	f.lastUpdated = c.now()
	c.emit("user.mfa.factor.update", fact{targets: targets(u)})
	return ok(viewFactor(c, u, f))
}

func deleteFactor(c *call) (answer, error) {
	u, f, err := findFactor(c)
	if err != nil {
		return answer{}, err
	}
	if !c.who.mayTouch(u) {
		return answer{}, errForbidden()
	}
	k, _ := factorKindOf(f.kind)
	u.factors.remove(f.id)
	c.emit("user.mfa.factor.deactivate", fact{targets: targets(u), reason: "User reset " + k.logged + " factor"})
	mailFactorReset(&c.change, u, "The security method "+f.called())
	return none()
}

// listSupportedFactors lists the kinds of factors that a user can set up.
func listSupportedFactors(c *call) (answer, error) {
	u, err := findUser(c)
	if err != nil {
		return answer{}, err
	}
	out := []map[string]any{}
	for _, kind := range []string{"push", "token:software:totp", "signed_nonce", "webauthn", "sms", "call", "email", "question"} {
		status := "NOT_SETUP"
		if i := slices.IndexFunc(u.factors.items, func(f *factor) bool { return f.kind == kind }); i >= 0 {
			status = u.factors.items[i].status
		}
		out = append(out, map[string]any{
			"factorType": kind, "provider": "OKTA", "vendorName": "OKTA", "status": status, "enrollment": "OPTIONAL",
			"_links": map[string]link{"enroll": allow(c.url("api/v1/users", u.id, "factors"), "POST")},
		})
	}
	return ok(out)
}

// questions are the security questions of the org: a key and its text.
func questions() [][2]string {
	return [][2]string{
		{"disliked_food", "Which food did you like least as a child?"},
		{"name_of_first_plush_toy", "How was your first stuffed animal called?"},
		{"first_award", "For what did you get your first medal or award?"},
		{"favorite_movie_quote", "Which line of a film do you like best?"},
		{"place_where_significant_other_was_met", "Where did you meet your partner?"},
	}
}

func questionText(key any) any {
	for _, q := range questions() {
		if q[0] == key {
			return q[1]
		}
	}
	return key
}

func listQuestions(c *call) (answer, error) {
	if _, err := findUser(c); err != nil {
		return answer{}, err
	}
	out := []map[string]string{}
	for _, q := range questions() {
		out = append(out, map[string]string{"question": q[0], "questionText": q[1]})
	}
	return ok(out)
}
