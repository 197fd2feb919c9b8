package okta

import (
	"fmt"
	"net/http"
)

// apiError is an error answer of the management API.
type apiError struct {
	status  int
	code    string
	summary string
	causes  []string
	header  http.Header // sent along, nil for none
	noBody  bool        // the answer is its header alone
}

func (e *apiError) Error() string { return e.code + ": " + e.summary }

// errorBody is the JSON of an error answer.
type errorBody struct {
	ErrorCode    string       `json:"errorCode"`
	ErrorSummary string       `json:"errorSummary"`
	ErrorLink    string       `json:"errorLink"`
	ErrorID      string       `json:"errorId"`
	ErrorCauses  []errorCause `json:"errorCauses"`
}

type errorCause struct {
	ErrorSummary string `json:"errorSummary"`
}

func (e *apiError) body(id string) errorBody {
	causes := []errorCause{}
	for _, c := range e.causes {
		causes = append(causes, errorCause{c})
	}
	return errorBody{e.code, e.summary, e.code, id, causes}
}

// invalid is E0000001: the request is well-formed but its content is not
// acceptable. What names the thing that was validated.
func invalid(what string, causes ...string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000001", summary: "Api validation failed: " + what, causes: causes}
}

// invalidField is E0000001 for one field, with the field's name in the cause.
func invalidField(field, why string) *apiError { return invalid(field, field+": "+why) }

// notFound is E0000007 for a thing of a kind (User, UserGroup ...).
func notFound(id, kind string) *apiError {
	return &apiError{status: http.StatusNotFound, code: "E0000007", summary: fmt.Sprintf("Not found: Resource not found: %s (%s)", id, kind)}
}

// Errors without parameters, with status and text as in Okta's catalogue of
// error codes.
func errBody() *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000003", summary: "The request body was not well-formed."}
}

func errForbidden() *apiError {
	return &apiError{status: http.StatusForbidden, code: "E0000006", summary: "You do not have permission to perform the requested action"}
}

func errPath() *apiError {
	return &apiError{status: http.StatusNotFound, code: "E0000008", summary: "The requested path was not found"}
}

func errInternal() *apiError {
	return &apiError{status: http.StatusInternalServerError, code: "E0000009", summary: "Internal Server Error"}
}

func errToken() *apiError {
	return &apiError{status: http.StatusUnauthorized, code: "E0000011", summary: "Invalid token provided"}
}

func errCredentials(cause string) *apiError {
	return &apiError{status: http.StatusForbidden, code: "E0000014", summary: "Update of credentials failed", causes: []string{cause}}
}

func errFeature() *apiError {
	return &apiError{status: http.StatusUnauthorized, code: "E0000015", summary: "You do not have permission to access the feature you are requesting"}
}

func errAlreadyActive() *apiError {
	return &apiError{status: http.StatusForbidden, code: "E0000016", summary: "Activation failed because the user is already active"}
}

func errMediaType() *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000021", summary: "Bad request.  Accept and/or Content-Type headers likely do not match supported values."}
}

func errMethod() *apiError {
	return &apiError{status: http.StatusMethodNotAllowed, code: "E0000022", summary: "The endpoint does not support the provided HTTP method"}
}

func errPaging() *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000029", summary: "Invalid paging request.", causes: []string{"Invalid cursor."}}
}

func errSearch(cause string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000031", summary: "Invalid search criteria.", causes: []string{cause}}
}

func errUnlock() *apiError {
	return &apiError{status: http.StatusForbidden, code: "E0000032", summary: "Unlock is not allowed for this user."}
}

func errForgotPassword() *apiError {
	return &apiError{status: http.StatusForbidden, code: "E0000034", summary: "Forgot password not allowed on specified user."}
}

func errStatus() *apiError {
	return &apiError{status: http.StatusForbidden, code: "E0000038", summary: "This operation is not allowed in the user's current status."}
}

func errRateLimit() *apiError {
	return &apiError{status: http.StatusTooManyRequests, code: "E0000047", summary: "API call exceeded rate limit due to too many requests."}
}

func errFilter(cause string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "E0000053", summary: "Invalid SCIM filter.", causes: []string{cause}}
}

func errActiveApp() *apiError {
	return &apiError{status: http.StatusForbidden, code: "E0000056", summary: "Delete application forbidden.", causes: []string{"The application must be deactivated before deletion."}}
}

func errPasscode() *apiError {
	return &apiError{status: http.StatusForbidden, code: "E0000068", summary: "Invalid Passcode/Answer", causes: []string{"Your passcode doesn't match our records. Please try again."}}
}

func errRoleAssigned() *apiError {
	return &apiError{status: http.StatusConflict, code: "E0000090", summary: "The role specified is already assigned to the user."}
}
