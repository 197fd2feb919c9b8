package okta

import (
	"crypto/subtle"
	"strings"
	"unicode"
)

func credentialRoutes() []route {
	const base = "/api/v1/users/{id}/credentials/"
	return []route{
		post(base+"change_password", areaCredentials, changePassword),
		post(base+"change_recovery_question", areaCredentials, changeRecoveryQuestion),
		post(base+"forgot_password", areaCredentials, forgotPassword),
		post(base+"forgot_password_recovery_question", areaCredentials, answerRecoveryQuestion),
	}
}

// credentialsInput is what a request may set.
type credentialsInput struct {
	Password         *passwordInput `json:"password"`
	RecoveryQuestion *questionInput `json:"recovery_question"`
	Provider         *providerView  `json:"provider"`
}

type passwordInput struct {
	Value string         `json:"value"`
	Hash  map[string]any `json:"hash"`
}

type questionInput struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// setCredentials takes over the credentials of a request.
func setCredentials(c *change, u *user, in *credentialsInput, log bool) error {
	if q := in.RecoveryQuestion; q != nil && q.Question != "" {
		if err := setQuestion(u, q); err != nil {
			return err
		}
	}
	switch p := in.Password; {
	case p == nil:
	case p.Hash != nil:
		u.provider = "IMPORT"
		c.setPassword(u, "", log)
	case p.Value != "":
		if err := checkPassword(u, p.Value); err != nil {
			return err
		}
		c.setPassword(u, p.Value, log)
	}
	if p := in.Provider; p != nil && (p.Type == "FEDERATION" || p.Type == "SOCIAL") {
		u.provider = p.Type
	}
	return nil
}

func setQuestion(u *user, q *questionInput) error {
	if strings.TrimSpace(q.Question) == "" {
		return invalidField("recovery_question", "The recovery question cannot be left blank")
	}
	if len([]rune(q.Answer)) < 4 {
		return invalidField("recovery_question", "The security question answer must be at least 4 characters in length")
	}
	u.question, u.answer = q.Question, digest(strings.ToLower(q.Answer))
	return nil
}

// setPassword gives a user a password. An empty one stands for an imported
// hash, which nothing can be checked against.
func (c *change) setPassword(u *user, value string, log bool) {
	u.hasPw, u.passwordChanged, u.password = true, c.now(), [32]byte{}
	if value != "" {
		u.password = digest(value)
	}
	if !log {
		return
	}
	if u.status == Provisioned || u.status == Recovery || u.status == PasswordExpired {
		c.setStatus(u, Active)
	}
	u.oneTime = ""
	u.touch(c.now())
	c.emit("user.account.update_password", accessFact(c, u))
	mailPasswordChanged(c, u)
}

// checkPassword holds a password against Okta's default policy.
func checkPassword(u *user, password string) error {
	var lower, upper, number bool
	for _, r := range password {
		lower, upper, number = lower || unicode.IsLower(r), upper || unicode.IsUpper(r), number || unicode.IsDigit(r)
	}
	named := false
	for part := range strings.FieldsFuncSeq(u.login(), func(r rune) bool { return strings.ContainsRune(",.-_#@", r) }) {
		named = named || len(part) >= 4 && strings.Contains(strings.ToLower(password), strings.ToLower(part))
	}
	if len(password) < 8 || !lower || !upper || !number || named {
		return invalidField("password", "Password requirements were not met. Password requirements: at least 8 characters, "+
			"a lowercase letter, an uppercase letter, a number, no parts of your username.")
	}
	return nil
}

func (u *user) hasPassword(value string) bool {
	have, want := u.password, digest(value)
	return u.hasPw && subtle.ConstantTimeCompare(have[:], want[:]) == 1
}

func changePassword(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		OldPassword    passwordInput `json:"oldPassword"`
		NewPassword    passwordInput `json:"newPassword"`
		RevokeSessions bool          `json:"revokeSessions"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	switch u.status {
	case Staged, Active, PasswordExpired, Recovery:
	default:
		return answer{}, errStatus()
	}
	if !u.hasPassword(in.OldPassword.Value) {
		return answer{}, errCredentials("Old Password is not correct")
	}
	if err := checkPassword(u, in.NewPassword.Value); err != nil {
		return answer{}, err
	}
	c.setPassword(u, in.NewPassword.Value, true)
	if in.RevokeSessions {
		c.endSessions(u)
	}
	return ok(viewCredentials(c.Org, u).withoutEmails())
}

func changeRecoveryQuestion(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Password         passwordInput `json:"password"`
		RecoveryQuestion questionInput `json:"recovery_question"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	switch u.status {
	case Staged, Active, Recovery:
	default:
		return answer{}, errStatus()
	}
	if !u.hasPassword(in.Password.Value) {
		return answer{}, errCredentials("Password is not correct")
	}
	if err := setQuestion(u, &in.RecoveryQuestion); err != nil {
		return answer{}, err
	}
	u.touch(c.now())
	return ok(viewCredentials(c.Org, u).withoutEmails())
}

func forgotPassword(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	if u.status != Active || u.question == "" && !c.flag("sendEmail", true) {
		return answer{}, errForgotPassword()
	}
	c.setStatus(u, Recovery)
	token := c.ids.secret(20)
	u.oneTime = token
	c.emit("user.account.reset_password", accessFact(&c.change, u))
	if c.flag("sendEmail", true) {
		mailReset(&c.change, u, token)
		return empty()
	}
	return ok(map[string]string{"resetPasswordUrl": c.url("signin/reset-password", token)})
}

// answerRecoveryQuestion sets a new password for who knows the answer.
func answerRecoveryQuestion(c *call) (answer, error) {
	u, err := findTarget(c)
	if err != nil {
		return answer{}, err
	}
	var in struct {
		Password         passwordInput `json:"password"`
		RecoveryQuestion questionInput `json:"recovery_question"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if u.status != Active && u.status != Recovery || u.question == "" {
		return answer{}, errForgotPassword()
	}
	have, want := u.answer, digest(strings.ToLower(in.RecoveryQuestion.Answer))
	if subtle.ConstantTimeCompare(have[:], want[:]) != 1 {
		return answer{}, &apiError{status: 403, code: "E0000087", summary: "The recovery question answer did not match our records."}
	}
	if err := checkPassword(u, in.Password.Value); err != nil {
		return answer{}, err
	}
	c.setPassword(u, in.Password.Value, true)
	return ok(viewCredentials(c.Org, u).withoutEmails())
}

// withoutEmails is how the operations on credentials answer.
func (v *credentialsView) withoutEmails() *credentialsView {
	v.Emails = nil
	return v
}
