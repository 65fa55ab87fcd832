// Package tools pins what only the build needs, apart from the programs that go.mod names.
package tools

import _ "github.com/mojocn/base64Captcha" // has the font of the report's PDF, fonts/wqy-microhei.ttc
