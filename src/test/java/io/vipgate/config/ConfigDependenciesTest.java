package io.vipgate.config;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ConfigDependenciesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.vipgate.config");

    @Test
    void onlyTheYamlTreeKnowsSnakeYaml() {
        noClasses().that().doNotHaveFullyQualifiedName(YamlTree.class.getName()).and()
                .haveNameNotMatching(".*YamlTree\\$.*").should().dependOnClassesThat().resideInAPackage("org.yaml..")
                .check(CLASSES);
        noClasses().should().dependOnClassesThat().resideInAnyPackage("org.yaml.snakeyaml.constructor..",
                "org.yaml.snakeyaml.representer..").check(CLASSES);
    }

    @Test
    void thePackageNeedsOnlyTheJdkTextAndWhatListsAndServerNamesAreMadeOf() {
        classes().should().onlyDependOnClassesThat()
                .resideInAnyPackage("io.vipgate.config", "io.vipgate.access", "io.vipgate.clienthello",
                        "io.vipgate.text", "java..",
                        "org.yaml..", "org.jspecify.annotations")
                .check(CLASSES);
    }
}
