package okta

import "slices"

// signInPath is where the page is that people of a brand sign in at.
const signInPath = "/api/v1/brands/{id}/pages/sign-in/customized"

// reportVariable is what Okta puts the link into by which people report what was
// not them.
const reportVariable = "${request.reportSuspiciousActivityToken}"

// securityTemplates are the mails that carry it.
func securityTemplates() []string {
	return []string{"AuthenticatorEnrolled", "AuthenticatorReset", "NewSignOnNotification", "PasswordChanged"}
}

// templateOfPath says whether there is the template that the path names.
func templateOfPath(c *call) error {
	_, _, err := findTemplate(c)
	return err
}

// getDefaultContent answers what Okta's own mail says.
func getDefaultContent(c *call) (answer, error) {
	b, name, err := findTemplate(c)
	if err != nil {
		return answer{}, err
	}
	body := "<html><body><p>Hi ${user.profile.firstName},</p><p>This is about your account of ${org.name}.</p>"
	if slices.Contains(securityTemplates(), name) && c.settings.notices.Report {
		body += `<p><a href="${baseURL}/user/notifications/report?i=` + reportVariable + `">Report suspicious activity</a></p>`
	}
	self := c.url("api/v1/brands", b.id, "templates/email", name)
	return ok(map[string]any{"subject": "Your account: " + name, "body": body + "</body></html>", "_links": map[string]link{
		"self": allow(self+"/default-content", "GET"), "template": allow(self, "GET"), "test": allow(self+"/test", "POST"),
	}})
}

func viewSignInPage(b *brand) map[string]any {
	page := b.signInPage
	if page == "" {
		page = `<!DOCTYPE html><html><body><div id="okta-login-container"></div>{{{OktaUtil.ShimJs}}}</body></html>`
	}
	return map[string]any{
		"pageContent": page, "widgetVersion": "^7", "widgetCustomizations": map[string]any{"signInLabel": "Sign In", "usernameLabel": "Username", "showPasswordVisibilityToggle": true},
		"contentSecurityPolicySetting": map[string]any{"mode": "report_only", "reportUri": "", "srcList": []string{}},
	}
}

func getSignInPage(c *call) (answer, error) {
	b, err := findBrand(c)
	if err != nil {
		return answer{}, err
	}
	return ok(viewSignInPage(b))
}

func setSignInPage(c *call) (answer, error) {
	b, err := findBrand(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		PageContent string `json:"pageContent"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	b.signInPage = in.PageContent
	return ok(viewSignInPage(b))
}
