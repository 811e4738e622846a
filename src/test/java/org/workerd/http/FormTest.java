package org.workerd.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FormTest {
    @Test
    void fieldsMayComeAgainAndAgainAndHoldAnyText() {
        Form form = Form.parse("id=1&id=2&args=a+b%0D%0A%C3%A9&empty=&alone");

        assertThat(form.values("id")).containsExactly("1", "2");
        assertThat(form.value("args")).isEqualTo("a b\r\né");
        assertThat(form.value("empty")).isEmpty();
        assertThat(form.value("alone")).isEmpty();
        assertThat(form.valueOrNull("missing")).isNull();
        assertThat(form.values("missing")).isEmpty();
    }

    @Test
    void whatIsNoUtf8IsRefused() {
        for (String wrong : new String[] {"a=%ff", "a=%zz", "a=%c3", "%e9=1"}) {
            assertThatThrownBy(() -> Form.parse(wrong)).as(wrong).isInstanceOf(Problem.class);
        }
    }

    @Test
    void aTokenIsGoodForOnePersonAndOnePlaceAlone() {
        FormTokens tokens = new FormTokens();
        String token = tokens.of("anna", "/jobs/1/retry");

        assertThat(tokens.isValid("anna", "/jobs/1/retry", token)).isTrue();
        assertThat(tokens.isValid("bert", "/jobs/1/retry", token)).isFalse();
        assertThat(tokens.isValid("anna", "/jobs/2/retry", token)).isFalse();
        assertThat(tokens.isValid("anna", "/jobs/1/retry", "")).isFalse();
        assertThat(new FormTokens().isValid("anna", "/jobs/1/retry", token)).isFalse();
    }
}
