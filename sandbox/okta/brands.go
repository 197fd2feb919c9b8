package okta

import (
	"encoding/hex"
	"slices"
	"strings"
)

// templatesPath is where the mails of a brand are.
const templatesPath = "/api/v1/brands/{id}/templates/email"

func brandRoutes() []route {
	const templates = templatesPath
	return []route{
		get("/api/v1/brands", areaBrands, listBrands),
		get("/api/v1/brands/{id}", areaBrands, getBrand),
		get(templates, areaTemplates, listTemplates),
		get(templates+"/{name}", areaTemplates, getTemplate),
		get(templates+"/{name}/settings", areaTemplates, getTemplateSettings),
		put(templates+"/{name}/settings", areaTemplates, setTemplateSettings),
		get(templates+"/{name}/default-content", areaTemplates, getDefaultContent),
		get(signInPath, areaBrands, getSignInPage),
		put(signInPath, areaBrands, setSignInPage),
	}
}

// brand is how the org looks to a part of its people. Mails are a brand's: one
// that is switched off in one is sent in the others.
type brand struct {
	id, name  string
	byDefault bool
	// recipients says to whom a template's mail goes that does not go to
	// everybody. Those of the default brand that are about people's own accounts
	// are the org's notices.
	recipients map[string]string
	signInPage string // empty for Okta's own
}

func (b *brand) key() string { return b.id }

// The values of recipients.
const (
	allUsers   = "ALL_USERS"
	adminsOnly = "ADMINS_ONLY"
	noUsers    = "NO_USERS"
)

// fixedID makes an id that does not come from the org's sequence.
func fixedID(prefix, of string) string {
	sum := digest(of)
	return prefix + hex.EncodeToString(sum[:])[:17]
}

// newBrands makes the default brand, and one for partners where somebody forgot a
// mail: what people set in the admin console is of the default brand alone.
func newBrands(orgID, company string) (out ordered[*brand]) {
	out.add(&brand{id: fixedID("bnd", orgID+"/0"), name: "Okta Default", byDefault: true, recipients: map[string]string{}})
	out.add(&brand{id: fixedID("bnd", orgID+"/1"), name: company + " Partners", recipients: map[string]string{"AuthenticatorReset": noUsers}})
	return out
}

// emailTemplates names the templates of every brand, in the order in which Okta
// lists them.
func emailTemplates() []string {
	return strings.Fields(`AccountLockout ADForgotPassword ADForgotPasswordDenied ADSelfServiceUnlock ADUserActivation AuthenticatorEnrolled AuthenticatorReset
		ChangeEmailConfirmation EmailChallenge EmailChangeConfirmation EmailFactorVerification ForgotPassword ForgotPasswordDenied IGAReviewerNotification
		LDAPForgotPassword LDAPForgotPasswordDenied LDAPSelfServiceUnlock LDAPUserActivation MyAccountChangeConfirmation NewSignOnNotification OktaVerifyActivation
		PasswordChanged PasswordResetByAdmin PendingEmailChange RegistrationActivation RegistrationEmailVerification SelfServiceUnlock SelfServiceUnlockOnUnlockedAccount
		UserActivation`)
}

// notice returns the switch in the admin console that a template of the default
// brand follows, nil for one that follows none.
func (n *notices) of(template string) *bool {
	switch template {
	case "NewSignOnNotification":
		return &n.NewDevice
	case "AuthenticatorEnrolled":
		return &n.FactorEnrolled
	case "AuthenticatorReset":
		return &n.FactorReset
	case "PasswordChanged":
		return &n.PasswordChanged
	}
	return nil
}

// to returns who gets a brand's mail of a template.
func (o *Org) to(b *brand, template string) string {
	settings := o.settings.notices
	if on := settings.of(template); b.byDefault && on != nil {
		switch {
		case *on:
			return allUsers
		case b.recipients[template] == adminsOnly:
			return adminsOnly
		}
		return noUsers
	}
	if to := b.recipients[template]; to != "" {
		return to
	}
	return allUsers
}

func viewBrand(c *call, b *brand) map[string]any {
	self := c.url("api/v1/brands", b.id)
	methods := []string{"GET", "PUT"}
	if !b.byDefault {
		methods = append(methods, "DELETE")
	}
	return map[string]any{
		"id": b.id, "name": b.name, "isDefault": b.byDefault, "agreeToCustomPrivacyPolicy": false, "removePoweredByOkta": false, "customPrivacyPolicyUrl": nil,
		"locale": "en", "emailDomainId": nil, "defaultApp": map[string]any{"appInstanceId": nil, "appLinkName": nil, "classicApplicationUri": nil},
		"_links": map[string]link{"self": allow(self, methods...), "themes": allow(self+"/themes", "GET")},
	}
}

func listBrands(c *call) (answer, error) { return listed(c, &c.brands, 20, 200, viewBrand) }

func findBrand(c *call) (*brand, error) {
	b, ok := c.brands.get(c.arg(0))
	if !ok {
		return nil, notFound(c.arg(0), "Brand")
	}
	return b, nil
}

func getBrand(c *call) (answer, error) {
	b, err := findBrand(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewBrand(c, b))
}

// findTemplate returns the template that the path names.
func findTemplate(c *call) (*brand, string, error) {
	b, err := findBrand(c)
	if err != nil {
		return nil, "", err
	}
	if !slices.Contains(emailTemplates(), c.arg(1)) {
		return nil, "", notFound(c.arg(1), "EmailTemplate")
	}
	return b, c.arg(1), nil
}

func viewTemplateSettings(c *call, b *brand, name string) map[string]any {
	self := c.url("api/v1/brands", b.id, "templates/email", name)
	return map[string]any{
		"recipients": c.to(b, name),
		"_links":     map[string]link{"self": allow(self+"/settings", "GET", "PUT"), "template": allow(self, "GET")},
	}
}

func viewTemplate(c *call, b *brand, name string) map[string]any {
	self := c.url("api/v1/brands", b.id, "templates/email", name)
	v := map[string]any{"name": name, "_links": map[string]link{
		"self": allow(self, "GET"), "settings": allow(self+"/settings", "GET", "PUT"), "defaultContent": allow(self+"/default-content", "GET"),
		"customizations": allow(self+"/customizations", "GET", "POST", "DELETE"), "test": allow(self+"/test", "POST"),
	}}
	more := map[string]any{}
	for part := range strings.SplitSeq(strings.Join(c.r.URL.Query()["expand"], ","), ",") {
		switch part {
		case "settings":
			more["settings"] = viewTemplateSettings(c, b, name)
		case "customizationCount":
			more["customizationCount"] = len(c.things.on("/api/v1/brands/" + b.id + "/templates/email/" + name + "/customizations"))
		}
	}
	if len(more) > 0 {
		v["_embedded"] = more
	}
	return v
}

func listTemplates(c *call) (answer, error) {
	b, err := findBrand(c)
	if err != nil {
		return answer{}, err
	}
	w, err := c.window(20, 200)
	if err != nil {
		return answer{}, err
	}
	names := emailTemplates()
	if i := slices.Index(names, w.after); i >= 0 {
		names = names[i+1:]
	}
	more := len(names) > w.limit
	if more {
		names = names[:w.limit]
	}
	out, last := []map[string]any{}, ""
	for _, name := range names {
		out, last = append(out, viewTemplate(c, b, name)), name
	}
	return page(c, w, out, more, last)
}

func getTemplate(c *call) (answer, error) {
	b, name, err := findTemplate(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewTemplate(c, b, name))
}

func getTemplateSettings(c *call) (answer, error) {
	b, name, err := findTemplate(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewTemplateSettings(c, b, name))
}

func setTemplateSettings(c *call) (answer, error) {
	b, name, err := findTemplate(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Recipients string `json:"recipients"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if !slices.Contains([]string{allUsers, adminsOnly, noUsers}, in.Recipients) {
		return answer{}, invalidField("recipients", "The recipients must be one of ALL_USERS, ADMINS_ONLY, NO_USERS")
	}
	if c.to(b, name) != in.Recipients {
		b.recipients[name] = in.Recipients
		if on := c.settings.notices.of(name); b.byDefault && on != nil {
			*on = in.Recipients == allUsers
		}
		c.emit("system.email.template.settings_changed", fact{})
	}
	return ok(viewTemplateSettings(c, b, name))
}
