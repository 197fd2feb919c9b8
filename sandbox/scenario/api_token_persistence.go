package scenario

import (
	"fmt"
	"net/http"

	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "api_token_persistence",
	Title: "A way back in: a token, and an admin that nobody hired",
	Happens: "Somebody with the account of an admin makes an API token that works from anywhere. With the token alone, from another address, " +
		"they make an account that looks like a service, and an admin of it.",
	Expect: "system.api_token.create in a session from an unusual place; then user.lifecycle.create and a role for the new account, both with requestApiTokenId. " +
		"Clearing the admin's sessions changes nothing: the token and the account stay.",
	Techniques: []string{"T1098.001", "T1136.003", "T1098.003"},
	Raises: consoleOf(
		Alert{"api_token_created", theAdmin, []string{"system.api_token.create"}},
		Alert{"api_token_from_anywhere", theAdmin, []string{"system.api_token.create"}},
		Alert{"admin_role_granted", theAccount, []string{"user.account.privilege.grant"}},
		Alert{"new_account_made_admin", theAccount, []string{"user.lifecycle.create", "user.account.privilege.grant"}},
	),
	fits: func(*okta.Org, okta.UserState) string { return "" },
	play: apiTokenPersistence,
})

func apiTokenPersistence(s *stage) error {
	from := s.stranger()
	session, err := s.intrude(from)
	if err != nil {
		return err
	}
	s.beat()
	token, err := s.opt.Org.IssueToken(superAdmin, "Backup job", session, from)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrImpossible, err)
	}
	admin, _ := s.opt.Org.User(superAdmin)
	s.collectType("system.api_token.create", admin)
	server := s.stranger()
	server.UserAgent = "python-requests/2.32.5"
	login := "svc.backup." + s.hex(4) + "@" + domainOf(admin.Login)
	err = s.api(okta.Call{
		Token: token, From: server, Method: http.MethodPost, Path: "/api/v1/users?activate=true",
		Body: map[string]any{
			"profile":     map[string]string{"firstName": "Backup", "lastName": "Service", "login": login, "email": login},
			"credentials": map[string]any{"password": map[string]string{"value": "Correct-" + s.hex(16) + "-Horse"}},
		},
	})
	if err != nil {
		return err
	}
	made, _ := s.opt.Org.User(login)
	s.cast[theAccount] = personEntity(made)
	s.beat()
	err = s.api(okta.Call{
		Token: token, From: server, Method: http.MethodPost, Path: "/api/v1/users/" + made.ID + "/roles", Body: map[string]string{"type": "ORG_ADMIN"},
	})
	if err != nil {
		return err
	}
	s.note = login + " is an organization administrator now. The API token is called “Backup job”."
	return nil
}
